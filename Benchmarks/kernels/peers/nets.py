"""The made-up nets, as NumPy arrays and as files for the peers that read files."""

import numpy


def numbers(count, seed, scale=1.0):
    """The first numbers of a sequence; the same as in bench.h and in Numbers.swift."""
    with numpy.errstate(over="ignore"):
        x = numpy.arange(count, dtype=numpy.uint32)
        x += numpy.uint32(seed * 0x9E3779B9 & 0xFFFFFFFF)
        x = (x ^ x >> 16) * numpy.uint32(0x85EBCA6B)
        x = (x ^ x >> 13) * numpy.uint32(0xC2B2AE35)
        x ^= x >> 16
    values = ((x >> 8).astype(numpy.int32) - (1 << 23)).astype(numpy.float32)
    return values * numpy.float32(2.0 ** -23) * numpy.float32(scale)


def layers(widths):
    """The weight (inputs x outputs) and the bias of each layer."""
    return [
        (numbers(inputs * outputs, 10 + 2 * index, (6 / (inputs + outputs)) ** 0.5)
         .reshape(inputs, outputs), numbers(outputs, 11 + 2 * index, 0.1))
        for index, (inputs, outputs) in enumerate(zip(widths, widths[1:]))]


def rows(widths, count):
    return numbers(count * widths[0], 1, numpy.sqrt(numpy.float32(3))).reshape(count, widths[0])


def scores(widths, features):
    """The answers in double precision."""
    values = features.astype(numpy.float64)
    net = layers(widths)
    for weight, bias in net[:-1]:
        values = numpy.maximum(values @ weight + bias, 0)
    weight, bias = net[-1]
    return 1 / (1 + numpy.exp(-(values @ weight + bias)))


def write_onnx(widths, batch, path):
    import onnx
    from onnx import helper

    nodes, initializers, last, net = [], [], "x", layers(widths)
    for index, (weight, bias) in enumerate(net):
        is_last = index + 1 == len(net)
        for name, value in ((f"w{index}", weight), (f"b{index}", bias)):
            initializers.append(onnx.numpy_helper.from_array(value, name))
        nodes.append(helper.make_node("Gemm", [last, f"w{index}", f"b{index}"], [f"z{index}"]))
        result = "y" if is_last else f"y{index}"
        nodes.append(
            helper.make_node("Sigmoid" if is_last else "Relu", [f"z{index}"], [result]))
        last = result

    def tensor(name, width):
        return helper.make_tensor_value_info(name, onnx.TensorProto.FLOAT, [batch, width])

    graph = helper.make_graph(
        nodes, "net", [tensor("x", widths[0])], [tensor("y", widths[-1])], initializers)
    model = helper.make_model(
        graph, opset_imports=[helper.make_opsetid("", 17)], ir_version=9)
    with open(path, "wb") as file:
        file.write(model.SerializeToString())


def write_lite(widths, batch, path):
    """A file of the Lite format: fully connected layers with fused ReLU, then a logistic."""
    import flatbuffers
    from ai_edge_litert import schema_py_generated as schema

    graph, model = schema.SubGraphT(), schema.ModelT()
    graph.tensors, graph.operators, model.buffers = [], [], [schema.BufferT()]

    def tensor(name, shape, values=None):
        made = schema.TensorT()
        made.name, made.shape, made.type, made.buffer = name, shape, 0, 0  # type 0: float 32
        if values is not None:
            buffer = schema.BufferT()
            buffer.data = numpy.frombuffer(values.tobytes(), numpy.uint8)
            model.buffers.append(buffer)
            made.buffer = len(model.buffers) - 1
        graph.tensors.append(made)
        return len(graph.tensors) - 1

    def operator(code, inputs, output, options=None):
        made = schema.OperatorT()
        made.opcodeIndex, made.inputs, made.outputs = code, inputs, [output]
        if options is not None:
            made.builtinOptionsType = schema.BuiltinOptions.FullyConnectedOptions
            made.builtinOptions = options
        graph.operators.append(made)

    last = tensor("x", [batch, widths[0]])
    graph.inputs = [last]
    net = layers(widths)
    for index, (weight, bias) in enumerate(net):
        options = schema.FullyConnectedOptionsT()
        options.fusedActivationFunction = int(index + 1 < len(net))  # 1: ReLU
        inputs = [
            last, tensor(f"w{index}", list(weight.T.shape), numpy.ascontiguousarray(weight.T)),
            tensor(f"b{index}", [len(bias)], bias)]
        last = tensor(f"y{index}", [batch, len(bias)])
        operator(0, inputs, last, options)
    output = tensor("scores", [batch, widths[-1]])
    operator(1, [last], output)
    graph.outputs = [output]

    model.version, model.subgraphs, model.operatorCodes = 3, [graph], []
    for builtin in (schema.BuiltinOperator.FULLY_CONNECTED, schema.BuiltinOperator.LOGISTIC):
        code = schema.OperatorCodeT()
        code.builtinCode = code.deprecatedBuiltinCode = builtin
        code.version = 1
        model.operatorCodes.append(code)
    builder = flatbuffers.Builder(1024)
    builder.Finish(model.Pack(builder), b"TFL3")
    with open(path, "wb") as file:
        file.write(builder.Output())
