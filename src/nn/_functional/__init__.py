"""The parts of `nn.functional`, one family a file, composed of public functions of `autograd_core`."""
