/** The command line itself is wrong: exit code 2, with the usage. */
export class UsageError extends Error {
  constructor(
    message: string,
    readonly command: string | null = null,
  ) {
    super(message);
  }
}

const general = `usage: onnxplain COMMAND [options]

  inspect MODEL                 inputs, outputs and layers, from the file's structure alone
  explain [MODEL]               label the units of a model on a probe set
  cam MODEL                     class activation maps
  evaluate MODEL                whether maps are right: methods × layers × metrics
  attribute MODEL               what a score owes to each component of an input or a layer
  igc MODEL                     what the outputs' correlation with their targets owes to each input component
  ablate MODEL                  what each unit of a layer does to the outputs
  cause MODEL                   whether labels cause the firing that they describe
  code FILE.py                  where training code makes and uses a model's layers
  tally FILE [FILE]             unique detectors in Network Dissection's tally.csv, and how two compare
  diff BEFORE.json AFTER.json   what changed between two checkpoints
  version                       versions of this program and of ONNX Runtime

Everywhere: --quiet (no progress), --debug (stack traces), --help`;

const usages: Record<string, string> = {
  inspect: `usage: onnxplain inspect MODEL [--json]`,
  diff: `usage: onnxplain diff BEFORE.json AFTER.json [--json]

  Both files as onnxplain explain MODEL --json FILE writes them, with the same probe set and settings.`,
  explain: `usage: onnxplain explain [MODEL] [--probe PROBE] [options]

  --probe PROBE          a probe file, a folder of pictures, a table (.csv, .parquet), .npy or .npz,
                         an IDX or CIFAR file, COCO or VIA annotations; bundled:NAME
                         (policy, fashion, squeezenet) or drawn;
                         default: what lies near the model, else what comes bundled, else drawn inputs
  --layer LAYER          tensor, node or module path; again for more; default: the layers worth explaining
  --units 0,5,7-12       only these units
  --activations FILE     explain recorded activations (.npy, .npz:key) instead of running MODEL
  --search METHOD        beam (default), optimal or single
  --max-length N         atoms in a formula (default 3)
  --beam N               formulas kept in each round (default 5)
  --min-active N         positions a unit must fire at to be explained (default 1)
  --threshold RULE       auto (default), quantile:0.005 or value:0
  --seed N               (default 0)
  --shuffles N           shuffles for the chance floor (default 1); with more, each label gets a p-value
  --limit N              only the first N samples
  --threads N            threads of ONNX Runtime
  --provider NAME        execution provider (default cpu)
  --memory MB            ceiling on what is kept in memory (default 4096)
  --json FILE            write the result as JSON ("-" is stdout)
  --report DIR           write a self-contained index.html
  --tally FILE           write Network Dissection's tally.csv (of several layers, one file each)
  --table                print the table as well, where --json or --report is given`,
  cam: `usage: onnxplain cam MODEL (--image FILE | --input X.npy) --method NAME --out FILE

  --method NAME          by gradients: gradcam, gradcam++, xgradcam, layercam, hirescam, gradcamelementwise,
                         eigengradcam, smoothgradcam++, fullgrad; by scores: scorecam, ablationcam; by the
                         activations alone: eigencam, kpcacam, fem; for a head of pooling and one linear
                         layer: cam; a neuron's own map: activation (with --unit); by chance: randomcam
  --unit N               the neuron whose own map is drawn
  --units 0,5,7-12       only these channels of the layer, for all other methods
  --layer LAYER          again for several, whose maps are averaged; default: the last spatial layer before pooling
  --class N|NAME         again for several, N × classes × H × W; default: each input's highest output
  --output NAME          for models with several outputs
  --probability          the score is the output itself, not what enters its Softmax or Sigmoid
  --region REGION        of segmentations: predicted (default: where the class is the highest), all, or
                         x,y,width,height in pixels of the input
  --box N                of detectors: the box's number; default: the one with the class's highest score
  --eigen-smooth         the first principal component of the weighted activations in place of their sum
  --aug-smooth           the mean over the input and its mirror image, each at 0.9, 1 and 1.1 times its values
  --probe PROBE          how a picture is prepared
  --seed N               for randomcam and smoothgradcam++ (default 0)
  --threads N            threads of ONNX Runtime
  --raw                  the map before ReLU, scaling and resizing
  --colormap NAME        inferno (default), viridis or jet; for pictures
  --out FILE             .npy (float32, N × H × W) or .png (overlay)`,
  evaluate: `usage: onnxplain evaluate MODEL [--probe PROBE] [options]

Draws maps of pictures and judges them: what happens to the class when what they point at is deleted, inserted, imputed
or alone shown; whether they point at the class's mask, where the probe set has one; whether they change when the
weights are shuffled. Random-CAM stands beside them as the control.

  --probe PROBE          as for explain
  --method NAME          again for more; default: gradcam, gradcam++, xgradcam, layercam, hirescam, eigencam
  --layer LAYER          again for more, each on its own; default: the last spatial layer before pooling
  --metric NAME          again for more: deletion, insertion, road, drop, increase, adcc, pointing, energy, boxes,
                         seeds, randomised; default: all that can be measured
  --class N|NAME         default: each picture's highest output
  --output NAME          for models with several outputs
  --limit N              so many pictures, evenly spread over the probe set (default 20)
  --seed N               of ROAD's noise, of the shuffled weights and of the control (default 0)
  --threads N            threads of ONNX Runtime
  --csv FILE             write the table
  --json FILE            write all of it as JSON ("-" is stdout)`,
  attribute: `usage: onnxplain attribute MODEL (--image FILE | --input X.npy) --method NAME --out A.npy

  --method NAME          gradient, input-x-gradient, ig, smoothgrad, guided-backprop, deconvnet, lrp-epsilon,
                         lrp-gamma, lrp-zplus, lrp-alpha2beta1, relp
  --wrt TENSOR           tensor, node or module path to attribute to; default: the model's input (ig of a layer
                         follows the input's path there: conductance)
  --class N|NAME         default: each input's highest output
  --output NAME          for models with several outputs
  --probability          the score is the output itself, not what enters its Softmax or Sigmoid
  --steps N              for ig: points from baseline to input, both included (default 64, and more where the score is steep)
  --baseline VALUE       for ig: a number or an .npy with one sample (default 0)
  --samples N            for smoothgrad (default 16)
  --sigma S              for smoothgrad: noise as a share of the input's range (default 0.15)
  --box LOW:HIGH         for lrp: bounds of the input, one number or one a channel, for the box rule there
  --constant-attention   for relp: attention patterns are constants (its AH rule)
  --probe PROBE          how a picture is prepared
  --seed N               for smoothgrad (default 0)
  --threads N            threads of ONNX Runtime
  --out FILE             .npy (float32, N × the shape attributed to)`,
  igc: `usage: onnxplain igc MODEL [--probe PROBE] [options]

Integrated Gradient Correlation: over a probe set, how much each input component contributes to the correlation of the
outputs with their targets; without targets, with themselves. The contributions add up to the correlation.
Tokens are looked up as vectors: a position's contribution is the sum over its vector.

  --probe PROBE          as for explain
  --class N|NAME         only this output, again for more; default: all, where they are at most 16
  --output NAME          for models with several outputs
  --probability          outputs themselves, not what enters their Softmax or Sigmoid
  --targets COLUMN|FILE  the right classes (or, of one output, values): a column, or an .npy with one number a
                         sample; default: class folders, or a column called label, class, target or action
  --auto                 without targets, even where there are some
  --group NAME=COL,COL   also the sum over these columns; again for more
  --regions N            of pictures: sums over a grid of N × N fields (default 3)
  --steps N              points from baseline to input (default 64, and more where the score is steep)
  --baseline VALUE       a number or an .npy with one sample (default 0)
  --limit N              so many samples, evenly spread over the probe set
  --threads N            threads of ONNX Runtime
  --out FILE             .npy (float32, outputs × the input's shape)
  --json FILE            write all of it as JSON ("-" is stdout)`,
  ablate: `usage: onnxplain ablate MODEL --layer LAYER [options]

Switches each unit of a layer off on its own, and says for every output which units matter most.

  --layer LAYER          tensor, node or module path
  --units 0,5,7-12       only these units
  --mode zero|mean       what stands in for the activation: 0 (default), or its mean
  --probe PROBE          as for explain
  --limit N              so many samples, evenly spread over the probe set (default 500)
  --output NAME          only this output; default: every output of numbers
  --class N|NAME         only this class of it
  --probability          look at a Softmax or Sigmoid itself instead of the logits that enter it
  --labels COLUMN|FILE   the right classes, for the accuracy: a column, or an .npy of class numbers;
                         default: class folders, or a column called label, class, target or action
  --top N                units listed for each output (default 10)
  --plain                without the units' labels, which take an explanation of the layer
  --threads N            threads of ONNX Runtime
  --json FILE            write all of it as JSON ("-" is stdout)`,
  cause: `usage: onnxplain cause MODEL --layer LAYER [options]

Labels the units of a layer; then changes inputs at which a unit fires and its label holds, so that the label no longer
holds, and runs them again. Rows: the columns that the label names, as little as possible. Pictures: the places where it
holds are filled, with the mean colour and with their blurred surroundings. The control does the same with random
formulas of the same form, or with the same shape elsewhere in the picture.

  --layer LAYER          tensor, node or module path
  --units 0,5,7-12       only these units
  --probe PROBE          as for explain
  --cases N              cases a unit at most, evenly spread (default 200)
  --max-length N         atoms in a label (default 3)
  --threshold RULE       auto (default), quantile:0.005 or value:0
  --seed N               of the shuffles and of the control (default 0)
  --threads N            threads of ONNX Runtime
  --json FILE            write all of it as JSON ("-" is stdout)`,
  code: `usage: onnxplain code FILE.py [--model MODEL] [--json]

  --model MODEL          default: the model near the file that belongs to it: one that names lines of the file,
                         that the file names, or that lies beside it
  --json                 places, lines and columns counted from 1, and the layers without one`,
  tally: `usage: onnxplain tally FILE [OTHER] [--json]

Units per concept and unique detectors per category of a tally.csv of Network Dissection (IoU above 0.04), as explain
--tally writes it or as published; of two, side by side, and how many units have the same label.`,
  version: `usage: onnxplain version`,
};

export const usageOf = (command: string | null): string => (command && usages[command]) || general;
