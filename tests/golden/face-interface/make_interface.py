"""Writes interface.onnx: a file with YuNet's inputs and outputs that takes every bright cell of 32 pixels for a face.
It tests how boxes and landmarks are read, not how faces are found. Needs python3-onnx; run by hand."""
import numpy as np
import onnx
from onnx import TensorProto, helper, numpy_helper

SIDE = 96
nodes, constants, outputs = [], [], []


def constant(name, value):
    constants.append(numpy_helper.from_array(np.asarray(value), name))
    return name


nodes.append(helper.make_node("ReduceMean", ["input"], ["gray"], axes=[1], keepdims=1))
for stride in (8, 16, 32):
    cells = (SIDE // stride) ** 2
    nodes.append(helper.make_node("AveragePool", ["gray"], [f"mean_{stride}"], kernel_shape=[stride, stride], strides=[stride, stride]))
    nodes.append(helper.make_node("Reshape", [f"mean_{stride}", constant(f"shape_{stride}", np.array([1, cells, 1], np.int64))], [f"flat_{stride}"]))
    weight = np.float32(1 / 255 if stride == 32 else 0)
    for name in ("cls", "obj"):
        nodes.append(helper.make_node("Mul", [f"flat_{stride}", constant(f"weight_{name}_{stride}", weight)], [f"{name}_{stride}"]))
    nodes.append(helper.make_node("Mul", [f"flat_{stride}", constant(f"zero_{stride}", np.float32(0))], [f"none_{stride}"]))
    nodes.append(helper.make_node("Add", [f"none_{stride}", constant(f"box_{stride}", np.array([[[0.5, 0.5, 0, 0]]], np.float32))], [f"bbox_{stride}"]))
    # Right eye, left eye, nose (a tenth to the picture's left), right and left corner of the mouth.
    points = np.array([[[0.25, 0.3, 0.75, 0.3, 0.4, 0.5, 0.3, 0.8, 0.7, 0.8]]], np.float32)
    nodes.append(helper.make_node("Add", [f"none_{stride}", constant(f"points_{stride}", points)], [f"kps_{stride}"]))
for name, last in (("cls", 1), ("obj", 1), ("bbox", 4), ("kps", 10)):
    for stride in (8, 16, 32):
        outputs.append(helper.make_tensor_value_info(f"{name}_{stride}", TensorProto.FLOAT, [1, (SIDE // stride) ** 2, last]))
graph = helper.make_graph(nodes, "interface", [helper.make_tensor_value_info("input", TensorProto.FLOAT, [1, 3, SIDE, SIDE])], outputs, constants)
model = helper.make_model(graph, opset_imports=[helper.make_opsetid("", 13)])
model.ir_version = 8
onnx.checker.check_model(model)
onnx.save(model, "interface.onnx")
