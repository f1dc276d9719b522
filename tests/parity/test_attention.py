"""Attention and the transformer's encoder agree with PyTorch's: masks, extra keys, widths, two orders of derivatives."""

import numpy as np
import pytest
import torch

import autograd_core as ac
import nn
from tests.parity._compare import agree, layers_agree

MASKS = {
    "none": {},
    "causal": {"attn_mask": np.triu(np.ones((4, 5), bool), 1)},
    "numbers": {"attn_mask": np.random.default_rng(1).normal(size=(4, 5))},
    "heads": {"attn_mask": np.random.default_rng(1).normal(size=(6, 4, 5))},
    "padding": {"key_padding_mask": np.arange(5) >= np.array([5, 3, 2])[:, None]},
    "both": {"attn_mask": np.triu(np.ones((4, 5), bool), 2), "key_padding_mask": np.arange(5) >= np.array([5, 3, 2])[:, None]},
}


@pytest.mark.parametrize("mask", MASKS)
@pytest.mark.parametrize(
    "options",
    [{}, {"bias": False, "batch_first": True}, {"add_bias_kv": True}, {"add_zero_attn": True}, {"kdim": 3, "vdim": 7}],
)
@pytest.mark.filterwarnings("ignore:Support for mismatched key_padding_mask:UserWarning")
def test_multihead_attention(options, mask):
    rng = np.random.default_rng(0)
    ours, theirs = nn.MultiheadAttention(4, 2, dtype=np.float64, **options), torch.nn.MultiheadAttention(4, 2, **options)
    widths = [(4, 4), (5, options.get("kdim", 4)), (5, options.get("vdim", 4))]
    lead = (lambda n: (3, n)) if options.get("batch_first") else (lambda n: (n, 3))
    inputs = [rng.normal(size=(*lead(n), width)) for n, width in widths]
    layers_agree(ours, theirs, *inputs, **MASKS[mask])
    layers_agree(ours, theirs, *inputs, average_attn_weights=False, second_order=False, **MASKS[mask])


def test_self_attention_by_one_product():
    x = np.random.default_rng(0).normal(size=(5, 3, 4))

    class Self(nn.Module):
        def __init__(self, layer):
            super().__init__()
            self.layer = layer

        def forward(self, x):
            return self.layer(x, x, x)

    theirs = torch.nn.ModuleDict({"layer": torch.nn.MultiheadAttention(4, 2)})
    theirs.forward = lambda x: theirs["layer"](x, x, x)
    layers_agree(Self(nn.MultiheadAttention(4, 2, dtype=np.float64)), theirs, x)


@pytest.mark.parametrize("causal", [False, True])
def test_scaled_dot_product_attention(causal):
    rng = np.random.default_rng(0)
    arrays = [rng.normal(size=s) for s in ((2, 3, 4, 5), (2, 3, 4, 5), (2, 3, 4, 6))]
    ours, theirs = [ac.tensor(a) for a in arrays], [torch.tensor(a) for a in arrays]
    sdpa = torch.nn.functional.scaled_dot_product_attention
    agree(nn.functional.scaled_dot_product_attention(*ours, is_causal=causal), sdpa(*theirs, is_causal=causal), "attention")
    mask = rng.random((4, 4)) > 0.3
    mask[:, 0] = True
    agree(
        nn.functional.scaled_dot_product_attention(*ours, mask, scale=0.3),
        sdpa(*theirs, torch.tensor(mask), scale=0.3),
        "masked",
    )


@pytest.mark.filterwarnings("ignore:enable_nested_tensor:UserWarning")
@pytest.mark.parametrize("options", [{}, {"norm_first": True, "activation": "gelu"}, {"batch_first": True, "bias": False}])
def test_encoder(options):
    x = np.random.default_rng(0).normal(size=(3, 4, 6))
    ours = nn.TransformerEncoderLayer(6, 2, 8, 0.0, dtype=np.float64, **options)
    theirs = torch.nn.TransformerEncoderLayer(6, 2, 8, 0.0, **options)
    with torch.nn.attention.sdpa_kernel(torch.nn.attention.SDPBackend.MATH):  # the only one PyTorch differentiates twice
        layers_agree(ours, theirs, x)
        layers_agree(
            nn.TransformerEncoder(ours, 2, nn.LayerNorm(6, dtype=np.float64)),
            torch.nn.TransformerEncoder(theirs, 2, torch.nn.LayerNorm(6)),
            x,
        )
