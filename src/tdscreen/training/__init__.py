"""From labelled pictures to an ONNX model and its card. Needs the extra ``make``."""
