import assert from 'node:assert/strict';
import { linkCode, loadPython } from '../../../src/source/index.js';
import { modelOfLayers, placesText, programOfText } from './program.js';

const net = `class Block(nn.Module):
    def __init__(self, width):
        super().__init__()
        self.conv = nn.Conv2d(width, width, 3)

    def forward(self, x):
        if self.training:
            x = x + 1
        return self.conv(x)

class Net(nn.Module):
    """A network."""
    def __init__(self):
        super().__init__()
        self.stem = nn.Conv2d(3, 8, 3)
        self.blocks = nn.ModuleList()
        for _ in range(2):
            self.blocks.append(Block(8))
        self.head = nn.Linear(8, 10)
`;
const model = modelOfLayers([
  ['stem', 'Conv', 8],
  ['blocks.0.conv', 'Conv', 8],
  ['blocks.1.conv', 'Conv', 8],
  ['head', 'Gemm', 10],
]);
/** What each line of the network says, wherever it stands now. */
const whole = [
  'conv → blocks.0.conv, blocks.1.conv',
  'stem → stem',
  'blocks → blocks.0.conv, blocks.1.conv',
  'Block → blocks.0.conv, blocks.1.conv',
  'head → head',
];

/** The names that make layers after a part of the code was replaced. */
function namesAfter(wanted: string, typed: string, code = net): string[] {
  assert.ok(code.includes(wanted), wanted);
  const { places } = linkCode(programOfText(code.replace(wanted, typed)), model);
  return placesText(places).map((place) => place.replace(/^\S+ /, ''));
}
const without = (...names: string[]) => whole.filter((place) => !names.includes(place.split(' ')[0]));

describe('half-typed code', () => {
  before(loadPython);

  it('a compound statement that is being typed', () => {
    for (const typed of [
      'if',
      'if self.',
      'if x:',
      'for i in',
      'for i in range(3):',
      'while (',
      'with open(',
      'try:',
      'def helper(self',
    ])
      assert.deepEqual(
        namesAfter('        self.blocks = nn', `        ${typed}\n        self.blocks = nn`),
        whole,
        typed,
      );
    for (const typed of ['def helper(', 'def helper(self):', '@', '@property', 'class Inner', 'async def'])
      assert.deepEqual(namesAfter('    def forward', `    ${typed}\n\n    def forward`), whole, typed);
  });

  it('a head that is damaged while its body is there', () => {
    for (const head of [
      'for _ in range(2)',
      'for _ in range(2:',
      'for _ n range(2):',
      'fo _ in range(2):',
      'for :',
      'for _ in range(2)):',
    ])
      assert.deepEqual(namesAfter('for _ in range(2):', head), whole, head);
    for (const head of [
      'def __init__(self, width)',
      'def __init__(self, width:',
      'def __init__(self, width=:',
      'de __init__(self, width):',
      'def __init__(sel, width):',
    ])
      assert.deepEqual(namesAfter('def __init__(self, width):', head), whole, head);
    for (const head of [
      'class Block(nn.Module)',
      'class Block(nn.Module:',
      'class Block nn.Module):',
      'class Block(nn.Module, metaclass=):',
    ])
      assert.deepEqual(namesAfter('class Block(nn.Module):', head), whole, head);
  });

  it('a line at a wrong indentation', () => {
    const line = '        self.stem = nn';
    for (const typed of [
      '       self.stem = nn',
      '         self.stem = nn',
      '    self.stem = nn',
      'self.stem = nn',
      '   .    self.stem = nn',
      '(       self.stem = nn',
      'x        self.stem = nn',
    ])
      assert.deepEqual(namesAfter(line, typed), whole, typed);
    const tabs = net.replaceAll('    ', '\t');
    assert.deepEqual(namesAfter('\t\tself.stem', '\tself.stem', tabs), whole);
  });

  it('brackets and quotes that are open, within a call too', () => {
    for (const typed of [
      'self.stem = nn.Conv2d(3, 8, (3',
      'self.stem = nn.Conv2d(3, 8 3)',
      'self.stem = nn.Conv2d(3, 8, "',
      "self.stem = nn.Conv2d(3, 8, 3, padding_mode='",
      'self.stem = nn.Conv2d(3, 8, 3))',
      'self.stem = nn.Conv2d(3, 8, 3)]',
      'self.stem: = nn.Conv2d(',
    ])
      assert.deepEqual(namesAfter('self.stem = nn.Conv2d(3, 8, 3)', typed), whole, typed);
    for (const quotes of ['""', '"""""', '""""'])
      assert.deepEqual(namesAfter('"""A network."""', `${quotes}A network."""`), whole, quotes);
  });

  it('a name that is being typed takes its own layers away, and no others', () => {
    assert.deepEqual(namesAfter('self.head = nn.Linear(8, 10)', 'self.hea = nn.Linear(8, 10)'), without('head'));
    assert.deepEqual(namesAfter('self.head = nn.Linear(8, 10)', 'self.'), without('head'));
  });

  it('whole code is read as it is, however it is laid out', () => {
    const odd = `class Net(nn.Module):
  x  = 1
  def __init__(self):
      """Three:
two:
      one"""
      if x: self.stem = nn.Conv2d(3, 8, 3); y = {
    1: 2 }
      else:
                self.stem = nn.Conv2d(3, 8, \\
 3)
      try: pass
      finally: ...
      self.head = (nn.
        Linear(8, 10))
`;
    const { places } = linkCode(programOfText(odd), modelOfLayers([['stem', 'Conv', 8], ['head', 'Gemm', 10]])); // prettier-ignore
    assert.deepEqual(placesText(places), ['7:18 stem → stem', '10:22 stem → stem', '14:12 head → head']);
  });
});
