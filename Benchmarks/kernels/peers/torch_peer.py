"""Times PyTorch: products, nets and training steps, on the CPU or on a GPU.

usage: torch_peer.py DEVICE MODE THREADS SECONDS WORK...

DEVICE  cpu or cuda
MODE    f32; tf32, where products may round their operands so; compile, which compiles nets and
        training steps beforehand
"""

import sys

import torch

from sampler import measure


def numbers(count, seed, scale=1.0):
    """The same numbers as in bench.h, without NumPy, which the other machine may lack."""
    mask = 0xFFFFFFFF
    x = (torch.arange(count, dtype=torch.int64) + seed * 0x9E3779B9) & mask
    x = ((x ^ x >> 16) * 0x85EBCA6B) & mask
    # The product of two 32-bit numbers may pass 2^63; its lower half survives the wrap.
    x = ((x ^ x >> 13) * 0xC2B2AE35) & mask
    x ^= x >> 16
    return ((x >> 8) - (1 << 23)).to(torch.float32) * 2.0 ** -23 * torch.tensor(
        scale, dtype=torch.float32)


def perceptron(widths):
    parts = []
    for index, (inputs, outputs) in enumerate(zip(widths, widths[1:])):
        linear = torch.nn.Linear(inputs, outputs)
        weight = numbers(inputs * outputs, 10 + 2 * index, (6 / (inputs + outputs)) ** 0.5)
        with torch.no_grad():
            linear.weight.copy_(weight.reshape(inputs, outputs).T)
            linear.bias.copy_(numbers(outputs, 11 + 2 * index, 0.1))
        parts += [linear, torch.nn.ReLU()]
    return torch.nn.Sequential(*parts[:-1])


class Peer:
    def __init__(self, device, mode, seconds):
        self.device, self.mode, self.seconds = device, mode, seconds
        self.is_gpu = device == "cuda"
        torch.backends.cuda.matmul.allow_tf32 = mode == "tf32"
        place = torch.cuda.get_device_name() if self.is_gpu else "the CPU"
        self.info = f"PyTorch {torch.__version__} on {place}, {mode}"
        self.wait = torch.cuda.synchronize if self.is_gpu else None
        self.group = 2e-3 if self.is_gpu else 5e-6

    def report(self, work, call, error, bound):
        measure(
            work, call, self.seconds, error, bound, self.info, self.wait, self.group)

    def product(self, work, layout, m, n, k):
        a, b = numbers(m * k, 1), numbers(k * n, 2)
        a = a.reshape(k, m).T if layout[0] == "T" else a.reshape(m, k)
        b = b.reshape(n, k).T if layout[1] == "T" else b.reshape(k, n)
        samples = torch.arange(256)
        rows, columns = samples * 7919 % m, samples * 104_729 % n
        left, right = a[rows].double(), b[:, columns].T.double()
        exact, magnitude = (left * right).sum(1), (left * right).abs().sum(1)
        # A GPU keeps the layout: `.to` preserves the strides of a transposed view.
        a, b = a.to(self.device), b.to(self.device)
        c = torch.empty(m, n, device=self.device)

        def call():
            torch.mm(a, b, out=c)

        call()
        found = c.cpu()[rows, columns].double()
        unit = 2.0 ** -11 if self.mode == "tf32" else 2.0 ** -24
        error = ((found - exact).abs() / (2 * k * unit * magnitude)).max()
        self.report(work, call, float(error), 1)

    def net(self, work, kind, widths, batch):
        model = torch.nn.Sequential(perceptron(widths), torch.nn.Sigmoid()).eval()
        rows = numbers(batch * widths[0], 1, 3 ** 0.5).reshape(batch, widths[0])
        exact = model.double()(rows.double()).detach()
        model = model.float().to(self.device)
        if self.mode == "compile":
            model = torch.compile(model)
        resident = rows.to(self.device)

        def call():
            if kind == "plan":
                return model(resident)
            return model(rows.to(self.device)).cpu()

        with torch.inference_mode():
            error = float((call().cpu() - exact).abs().max())
            self.report(work, call, error, 1e-3 if self.mode == "tf32" else 1e-5)

    def train(self, work, widths, batch):
        model = perceptron(widths).to(self.device)
        rows = numbers(batch * widths[0], 1, 3 ** 0.5).reshape(batch, widths[0]).to(self.device)
        targets = (numbers(batch * widths[-1], 2) > 0).float().reshape(batch, widths[-1])
        targets = targets.to(self.device)
        optimizer = torch.optim.Adam(
            model.parameters(), lr=1e-6, eps=1e-7, fused=self.is_gpu or None)
        loss_of = torch.nn.functional.binary_cross_entropy_with_logits

        def forward():
            return loss_of(model(rows), targets)

        step = torch.compile(forward) if self.mode == "compile" else forward

        def call():
            optimizer.zero_grad(set_to_none=True)
            step().backward()
            optimizer.step()

        call()
        self.report(work, call, 0.0, 0.0)


def main():
    device, mode, threads, seconds, *works = sys.argv[1:]
    torch.set_num_threads(int(threads))
    peer = Peer(device, mode, float(seconds))
    for work in works:
        kind, name, last = work.split("/")
        if kind == "sgemm":
            peer.product(work, name, *map(int, last.split("x")))
        elif kind in ("net", "plan"):
            peer.net(work, kind, [int(width) for width in name.split("-")], int(last))
        else:
            peer.train(work, [int(width) for width in name.split("-")], int(last))


if __name__ == "__main__":
    main()
