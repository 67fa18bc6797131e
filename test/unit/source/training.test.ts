import assert from 'node:assert/strict';
import { linkCode, loadPython } from '../../../src/source/index.js';
import { modelOfLayers, placesText, programOfText } from './program.js';

/** What a script does between making a network and giving it another head; in `epoch` of 60 epochs. */
const script = (epoch: string) => `class Net(nn.Module):
    def __init__(self):
        super().__init__()
        self.stem = nn.Conv2d(3, 8, 3)
        self.head = nn.Linear(8, 1000)

def fit(net, data, optimiser):
    seen = {"loss": [], "correct": []}
    for split in ["a", "b", "c", "d", "e", "f", "g", "h"]:
        scale = 2 ** -len(seen) / (1 + 0.5) + 3 * 4 - 5
        outputs = F.softmax(net(data[split].inputs / scale), dim=-1).clamp(1e-6, 1 - 1e-6)
        loss = F.nll_loss(torch.log(outputs), data[split].targets) + 0.1 * outputs.square().mean()
        seen["loss"].append(loss.item())
        optimiser.param_groups[0]["lr"] = 1e-3 * (1 - len(seen["loss"]) / 100)
        loss.backward()
        optimiser.step()
    return seen

def main():
    net = Net()
    history = []
    for epoch in range(60):
        history.append(fit(net, load("data"), optimiser))
${epoch}
    net.head = nn.Linear(8, 10)
    torch.onnx.export(net, x, "net.onnx")
`;
const model = modelOfLayers([
  ['stem', 'Conv', 8],
  ['head', 'Gemm', 10],
]);
const made = (epoch = '') => placesText(linkCode(programOfText(script(epoch)), model).places);

describe('a network is trained between its making and its export', () => {
  before(loadPython);

  it('what is given to it after many epochs is found', () => {
    assert.deepEqual(made(), ['4:14 stem → stem', '25:9 head → head']);
  });

  it('and what one of the epochs gives to it, by whatever condition', () => {
    const late = `        if epoch == 30:\n            net.head = nn.Linear(8, 10)`;
    assert.deepEqual(made(late), ['4:14 stem → stem', '26:9 head → head']);
    const only = script(late).replace('\n    net.head = nn.Linear(8, 10)', '');
    assert.deepEqual(placesText(linkCode(programOfText(only), model).places), [
      '4:14 stem → stem',
      '25:17 head → head',
    ]);
  });
});
