"""Embedding, dense layer onto a vocabulary of 10,000, cross-entropy: 256 words, embedded in 128 dimensions."""

from functools import partial

import numpy as np

from benchmarks.hand import cross_entropy
from benchmarks.registry import Workload, add

WORDS, WIDTH, VOCABULARY = 256, 128, 10_000


def inputs(rng):
    return rng.integers(VOCABULARY, size=WORDS), rng.integers(VOCABULARY, size=WORDS)


def initial():
    """Draw the embedding (V, D), and the dense layer's weight (V, D) and bias (V,)."""
    rng, bound = np.random.default_rng(1), WIDTH**-0.5
    table = rng.standard_normal((VOCABULARY, WIDTH), dtype=np.float32)
    weight = rng.uniform(-bound, bound, (VOCABULARY, WIDTH)).astype(np.float32)
    return table, weight, rng.uniform(-bound, bound, VOCABULARY).astype(np.float32)


def hand():
    table, weight, bias = initial()

    def step(words, labels):
        x = table[words]
        logits = x @ weight.T
        logits += bias
        loss, g = cross_entropy(logits, labels)
        g_table = np.zeros_like(table)
        np.add.at(g_table, words, g @ weight)
        return loss, g_table, g.T @ x, g.sum(axis=0)

    return step


def modules(library, tensor):
    """Build the model from modules, whose names `nn` and `torch.nn` share."""
    table, weight, bias = (tensor(value) for value in initial())
    embedding, dense = library.Embedding(VOCABULARY, WIDTH), library.Linear(WIDTH, VOCABULARY)
    embedding.load_state_dict({"weight": table})
    dense.load_state_dict({"weight": weight, "bias": bias})
    loss_function = library.CrossEntropyLoss()

    def step(words, labels):
        loss = loss_function(dense(embedding(words)), labels)
        embedding.zero_grad()
        dense.zero_grad()
        loss.backward()
        return loss, embedding.weight.grad, dense.weight.grad, dense.bias.grad

    return step


def ours():
    import autograd_core as ac
    import nn

    return modules(nn, ac.tensor)


def torch():
    import torch

    return modules(torch.nn, torch.from_numpy)


def mygrad():
    import mygrad as mg
    from mygrad.nnet import softmax_crossentropy

    table, weight, bias = parameters = [mg.tensor(value, copy=False) for value in initial()]

    def step(words, labels):
        loss = softmax_crossentropy(mg.matmul(table[words], weight.T) + bias, labels)
        loss.backward()
        return loss, *(parameter.grad for parameter in parameters)

    return step


def loss_of(xp, logsumexp, parameters, words, labels):
    table, weight, bias = parameters
    logits = xp.matmul(table[words], weight.T) + bias
    return xp.mean(logsumexp(logits, axis=1) - logits[np.arange(WORDS), labels])


def hips():
    import autograd.numpy as anp
    from autograd import value_and_grad
    from autograd.scipy.special import logsumexp

    return functional(value_and_grad(partial(loss_of, anp, logsumexp)))


def jax():
    import jax

    compiled = jax.jit(jax.value_and_grad(partial(loss_of, jax.numpy, jax.nn.logsumexp)))
    parameters = [jax.numpy.asarray(value) for value in initial()]
    return functional(lambda _, *batch: jax.block_until_ready(compiled(parameters, *batch)))


def functional(differentiate):
    """Return a step that differentiates for a list of parameters."""
    parameters = initial()

    def step(words, labels):
        loss, gradients = differentiate(parameters, words, labels)
        return loss, *gradients

    return step


add(
    Workload(
        name="embedding",
        title="embedding and cross-entropy, vocabulary 10,000, 256 words",
        systems={"hand": hand, "ours": ours, "torch": torch, "mygrad": mygrad, "hips": hips, "jax": jax},
        batch=inputs,
        goal=1.1,
    )
)
