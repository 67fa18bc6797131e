"""
Runs the published beam search of WadeChiang/compositional-drl-explanations (rl_compexp/exp/analyze_blackjack.py, its settings: beam 10,
five atoms, threshold 0, at least 500 firing positions) on the arrays that lie in its folder Blackjack2-DQN64. The table there was
made from other samples, so that its IoUs are not those of any label in these arrays.

    git clone https://github.com/WadeChiang/compositional-drl-explanations
    pip install torch numpy pandas tqdm pyparsing pyeda
    python again.py compositional-drl-explanations > blackjack2.json
"""

import json
import os
import sys
import types

clone = os.path.abspath(sys.argv[1])
os.chdir(os.path.join(clone, "rl_compexp", "exp"))
sys.path.insert(0, ".")
# Its training code, which the search imports and does not use, needs simulators.
for name, uses in [("PPO", "get_PPO"), ("feature_extract", "HookLayer"), ("model", "QNet")]:
    sys.modules[name] = types.ModuleType(name)
    setattr(sys.modules[name], uses, None)

import analyze_blackjack as published  # noqa: E402

states, features, _, _ = published.load_npy(os.path.join(clone, "rl_compexp", "save", "Blackjack2-DQN64"))
published.GLOBALS["acts"] = published.quantile_features(features)
published.GLOBALS["feat_masks"] = published.gen_feat_mask(states)
found = {}
for unit in range(features.shape[1]):
    _, iou = published.compute_best_iou((unit,))["best"]
    if iou > 0:
        found[unit] = round(float(iou), 6)
json.dump(found, sys.stdout)
print()
