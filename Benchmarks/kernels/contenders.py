"""Who takes part, how each is started, and the works that are measured."""

import glob
import os
import sys

SQUARES = [64, 128, 256, 512, 1024, 2048]
SKINNY = ["1x64x64", "1x1024x1024", "32x64x64", "32x1024x512", "1024x1024x512", "4096x64x64"]
LAYOUTS = ["NN", "NT", "TN"]
SMALL, LARGE = "17-64-64-1", "256-512-256-1"
NETS = [(SMALL, 1), (SMALL, 8), (SMALL, 32), (SMALL, 256), (SMALL, 4096), (LARGE, 1),
        (LARGE, 256), (LARGE, 4096)]
STEPS = [(SMALL, 256), (LARGE, 256)]
PEERS = os.path.join(os.path.dirname(__file__), "peers")


def shapes(is_quick):
    squares = SQUARES[:-1] if is_quick else SQUARES
    return [f"{n}x{n}x{n}" for n in squares] + SKINNY


def products(is_quick):
    layouts = LAYOUTS[:1] if is_quick else LAYOUTS
    return [f"sgemm/{layout}/{shape}" for shape in shapes(is_quick) for layout in layouts]


def nets(least=1):
    return [f"net/{net}/{rows}" for net, rows in NETS if rows >= least]


def widths(net):
    return [int(width) for width in net.split("-")]


def step_parts(net, rows):
    """The products of a backward pass, and its loops: Adam, masks and sums of columns."""
    size = widths(net)
    made, loops, parameters = [], [], 0
    for layer in reversed(range(len(size) - 1)):
        inputs, outputs = size[layer], size[layer + 1]
        made.append(f"sgemm/TN/{inputs}x{outputs}x{rows}")
        loops.append(f"colsum/{rows}x{outputs}")
        parameters += inputs * outputs + outputs
        if layer:
            made.append(f"sgemm/NT/{rows}x{inputs}x{outputs}")
            loops.append(f"mask/{rows}x{inputs}")
    return made, loops + [f"adam/{parameters}x1"]


class Contender:
    """A program with its environment; it is given threads, seconds and works at the end."""

    def __init__(self, name, command, works, threads=1, seconds=1.0, is_pinned=True, **environment):
        self.name, self.command, self.works, self.threads = name, command, works, threads
        self.seconds, self.is_pinned = seconds, is_pinned
        self.environment = {
            name: str(threads) for name in
            ("OMP_NUM_THREADS", "MKL_NUM_THREADS", "POCL_MAX_PTHREAD_COUNT")}
        self.environment.update(environment)

    def arguments(self, seconds):
        return [*self.command, str(self.threads), f"{seconds * self.seconds:g}", *self.works]


def all_contenders(apus, folder, packages, is_quick):
    """Each in the order in which they take turns; `folder` holds the compiled peers."""
    def peer(name):
        return os.path.join(folder, name)

    def python(name, *arguments):
        return [sys.executable, os.path.join(PEERS, name), *arguments]

    step_products = [work for step in STEPS for work in step_parts(*step)[0]]
    step_loops = [work for step in STEPS for work in step_parts(*step)[1]]
    steps = [f"step/{net}/{rows}" for net, rows in STEPS]
    for threads in (1, 2):
        works = list(dict.fromkeys(
            products(is_quick) + (step_products if threads == 1 else [])))
        net_works = nets(1 if threads == 1 else 256)
        own = steps if threads == 1 else []

        def take_part(name, command, works, **more):
            return Contender(name, command, works, threads, **more)

        yield take_part("apus", [apus, "cpu"], works + own)
        yield take_part("apus", [apus, "cpu"], net_works, seconds=2)
        yield take_part("apus-avx2", [apus, "cpu:avx2"], works + own)
        if threads == 1:
            yield take_part(
                "apus-bf16-weights", [apus, "cpu:bf16-weights"], [f"net/{LARGE}/1"], seconds=2)
        yield take_part("apus-bf16", [apus, "cpu:bf16"], [f"net/{LARGE}/4096"], seconds=2)
        yield take_part("openblas", [peer("openblas")], works)
        for core in ("skylakex", "haswell"):
            yield take_part(
                f"openblas-{core}", [peer("openblas")], works, OPENBLAS_CORETYPE=core.upper())
        yield take_part("onednn", [peer("onednn")], works)
        yield take_part("onednn-avx2", [peer("onednn")], works, DNNL_MAX_CPU_ISA="AVX2")
        yield take_part("torch", python("torch_peer.py", "cpu", "f32"), works + net_works)
        yield take_part(
            "torch-avx2", python("torch_peer.py", "cpu", "f32"), works,
            MKL_ENABLE_INSTRUCTIONS="AVX2", ATEN_CPU_CAPABILITY="avx2")

        yield take_part(
            "lite-invoke", python("from_python.py", "lite-invoke", folder), net_works, seconds=2)
        library, = glob.glob(f"{packages}/onnxruntime/capi/libonnxruntime.so.*")
        yield take_part("onnx", [peer("onnx"), library, folder], net_works, seconds=2)
        library, = glob.glob(f"{packages}/openvino/libs/libopenvino_c.so.*")
        for precision in ("f32", "bf16"):
            yield take_part(
                f"openvino-{precision}", [peer("openvino"), library, folder, precision],
                net_works, seconds=2, LD_LIBRARY_PATH=f"{packages}/openvino/libs")
        if threads == 1:
            for name in ("lite", "onnx"):
                yield take_part(
                    f"{name}-python", python("from_python.py", name, folder), net_works[:5])
            yield take_part("loops", [peer("loops")], net_works + step_loops)
        yield from opencl(apus, peer("clblast"), threads, is_quick)


def opencl(apus, clblast, threads, is_quick):
    """Both on the first OpenCL device; not pinned, as its threads are not the caller's."""
    layouts = LAYOUTS[:1] if is_quick else LAYOUTS
    works = [f"sgemm/{layout}/1024x1024x1024" for layout in layouts]
    if threads == 2:
        works += [f"sgemm/NN/{shape}" for shape in shapes(is_quick)
                  if shape not in ("1024x1024x1024", "2048x2048x2048")]
    works.append(f"net/{SMALL}/4096")
    yield Contender("clblast", [clblast], works, threads, is_pinned=False)
    yield Contender(
        "apus-opencl", [apus, "opencl:0"], works + ["launch/wait", "launch/queued"], threads,
        is_pinned=False)
