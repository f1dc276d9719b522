"""The parts of `nn.functional`, one family a file. Everything composes public functions of `autograd_core`: no derivative is written."""
