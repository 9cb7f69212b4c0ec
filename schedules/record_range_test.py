"""Records a range test with PyTorch, for `lrcli find range_test.csv`: put your own model, data and loss here."""

from pathlib import Path

import torch

import lrcli

lrs = lrcli.evaluate(lrcli.load("{steps: 100, schedule: {type: range_test, start: 1e-7, end: 10}}")).shown()
torch.manual_seed(0)
x = torch.randn(4096, 8)
y = torch.sin(x).sum(1, keepdim=True) + 0.1 * torch.randn(4096, 1)
model = torch.nn.Sequential(torch.nn.Linear(8, 64), torch.nn.Tanh(), torch.nn.Linear(64, 1))
optimizer = torch.optim.SGD(model.parameters(), lr=lrs[0], momentum=0.9)
losses = []
with Path("range_test.csv").open("w") as log:
    print("step,lr,loss", file=log)
    for step, lr in enumerate(lrs):
        optimizer.param_groups[0]["lr"] = lr
        batch = torch.randint(len(x), (256,))
        loss = torch.nn.functional.mse_loss(model(x[batch]), y[batch])
        optimizer.zero_grad()
        loss.backward()
        optimizer.step()
        losses.append(loss.item())
        print(step, lr, losses[-1], sep=",", file=log)  # the rate of this step, and the loss before it
        if not losses[-1] <= 4 * min(losses):  # also ends at a NaN
            break
