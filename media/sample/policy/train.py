"""Trains a CartPole policy with PPO, exports it to ONNX and records states from its own roll-outs.

    pip install torch gymnasium onnx onnxscript
    python train.py

writes policy.onnx and states.csv beside this file. About ten seconds on one core; the seed is fixed.
"""

import csv
from pathlib import Path

import gymnasium
import numpy as np
import onnx
import torch
from torch import nn
from torch.distributions import Categorical

HERE = Path(__file__).parent
SEED = 3
COLUMNS = ["cart_position", "cart_velocity", "pole_angle", "pole_velocity"]


class Policy(nn.Module):
    """Logits of the two actions (push left, push right), and the value of the state."""

    def __init__(self):
        super().__init__()
        self.fc1 = nn.Linear(4, 64)
        self.act1 = nn.ReLU()
        self.fc2 = nn.Linear(64, 64)
        self.act2 = nn.ReLU()
        self.action = nn.Linear(64, 2)

        self.value_fc1 = nn.Linear(4, 64)
        self.value_act1 = nn.ReLU()
        self.value_fc2 = nn.Linear(64, 64)
        self.value_act2 = nn.ReLU()
        self.value = nn.Linear(64, 1)

        # Orthogonal weights, as usual for PPO; a small last layer, so that the policy starts undecided.
        for name, layer in self.named_children():
            if isinstance(layer, nn.Linear):
                nn.init.orthogonal_(layer.weight, {"action": 0.01, "value": 1.0}.get(name, 2**0.5))
                nn.init.zeros_(layer.bias)

    def forward(self, state):
        hidden = self.act1(self.fc1(state))
        hidden = self.act2(self.fc2(hidden))
        logits = self.action(hidden)

        critic = self.value_act1(self.value_fc1(state))
        critic = self.value_act2(self.value_fc2(critic))
        return logits, self.value(critic).squeeze(-1)


def collect(policy, envs, states, fresh, steps):
    """Rolls the policy out for `steps` steps of every environment.

    An environment that has ended resets itself on its next step; that step is no transition and is masked out.
    """
    keys = ["states", "actions", "logp", "values", "next_values", "rewards", "ended", "valid"]
    batch = {key: [] for key in keys}
    for _ in range(steps):
        with torch.no_grad():
            logits, values = policy(torch.as_tensor(states))
            chosen = Categorical(logits=logits)
            actions = chosen.sample()
            next_states, rewards, terminated, truncated, _ = envs.step(actions.numpy())
            next_values = policy(torch.as_tensor(next_states))[1]
        ended = terminated | truncated
        row = [
            torch.as_tensor(states),
            actions,
            chosen.log_prob(actions),
            values,
            # Running out of time is no failure: the value goes on. Falling over is.
            next_values * torch.as_tensor(~terminated),
            torch.as_tensor(rewards, dtype=torch.float32),
            torch.as_tensor(ended),
            torch.as_tensor(~fresh),
        ]
        for key, value in zip(keys, row):
            batch[key].append(value)
        states, fresh = next_states, ended
    return {key: torch.stack(value) for key, value in batch.items()}, states, fresh


def advantages(batch, gamma=0.99, smoothing=0.95):
    """Generalised advantage estimation."""
    delta = batch["rewards"] + gamma * batch["next_values"] - batch["values"]
    result = torch.zeros_like(delta)
    ahead = torch.zeros(delta.shape[1])
    for t in reversed(range(len(delta))):
        ahead = delta[t] + gamma * smoothing * ahead * ~batch["ended"][t]
        ahead = ahead * batch["valid"][t]
        result[t] = ahead
    return result


def train(policy, updates=25, parallel=16, steps=128, epochs=6, minibatch=256, clip=0.2):
    envs = gymnasium.make_vec("CartPole-v1", num_envs=parallel, vectorization_mode="vector_entry_point")
    states, _ = envs.reset(seed=SEED)
    fresh = np.zeros(parallel, dtype=bool)
    optimizer = torch.optim.Adam(policy.parameters(), lr=1e-3, eps=1e-5)
    for update in range(updates):
        optimizer.param_groups[0]["lr"] = 1e-3 * (1 - update / updates)
        batch, states, fresh = collect(policy, envs, states, fresh, steps)
        gain = advantages(batch)
        valid = batch["valid"].flatten()
        flat = {key: value.flatten(0, 1)[valid] for key, value in batch.items()}
        gain = gain.flatten()[valid]
        returns = gain + flat["values"]
        gain = (gain - gain.mean()) / (gain.std() + 1e-8)
        for _ in range(epochs):
            for rows in torch.randperm(len(gain)).split(minibatch):
                logits, values = policy(flat["states"][rows])
                chosen = Categorical(logits=logits)
                ratio = (chosen.log_prob(flat["actions"][rows]) - flat["logp"][rows]).exp()
                clipped = ratio.clamp(1 - clip, 1 + clip)
                policy_loss = -torch.min(ratio * gain[rows], clipped * gain[rows]).mean()
                value_loss = (values - returns[rows]).square().mean()
                loss = policy_loss + 0.5 * value_loss - 0.01 * chosen.entropy().mean()
                optimizer.zero_grad()
                loss.backward()
                nn.utils.clip_grad_norm_(policy.parameters(), 0.5)
                optimizer.step()
        if (update + 1) % 5 == 0:
            print(f"update {update + 1:3d}  mean return {evaluate(policy, episodes=10):.0f}")


def evaluate(policy, episodes=100):
    """Mean return of the greedy policy; 500 is the most there is."""
    env = gymnasium.make("CartPole-v1")
    total = 0.0
    for episode in range(episodes):
        state, _ = env.reset(seed=10_000 + episode)
        over = False
        while not over:
            with torch.no_grad():
                action = policy(torch.as_tensor(state)[None])[0].argmax().item()
            state, reward, terminated, truncated, _ = env.step(action)
            total += reward
            over = terminated or truncated
    return total / episodes


def record(policy, rows=8000, noise=0.3, longest=120):
    """States and actions of the policy, with starts and moves disturbed: left alone it would balance in one place."""
    env = gymnasium.make("CartPole-v1").unwrapped
    random = np.random.default_rng(SEED)
    table = []
    while len(table) < rows:
        env.reset(seed=SEED)
        state = random.uniform([-1.6, -1.2, -0.14, -1.2], [1.6, 1.2, 0.14, 1.2]).astype(np.float32)
        env.state = state.astype(np.float64)
        for _ in range(longest):
            with torch.no_grad():
                action = policy(torch.as_tensor(state)[None])[0].argmax().item()
            if random.random() < noise:
                action = int(random.integers(2))
            table.append([*state.tolist(), action])
            state, _, terminated, _, _ = env.step(action)
            if terminated:
                break
    return table[:rows]


def export(policy, file):
    torch.onnx.export(
        policy,
        (torch.zeros(2, 4),),
        file,
        input_names=["state"],
        output_names=["action_logits", "value"],
        dynamic_shapes={"state": {0: torch.export.Dim("batch")}},
        dynamo=True,
        external_data=False,
        verbose=False,
    )
    make_paths_relative(file)


def make_paths_relative(file):
    """The exporter notes for every node the lines of Python it comes from, by absolute path.

    The lines of this script are kept, under its bare name, so that an editor can lead from a layer to its line; PyTorch's own
    are dropped. What is left says nothing of the machine that trained the model.
    """
    model = onnx.load(file)
    for node in model.graph.node:
        for entry in node.metadata_props:
            if entry.key == "pkg.torch.onnx.stack_trace":
                frames = entry.value.split("File ")
                own = [frame.rstrip() for frame in frames if frame.startswith(f'"{__file__}"')]
                entry.value = "\n  ".join("File " + frame.replace(__file__, Path(__file__).name) for frame in own)
    onnx.save(model, file)


def main():
    torch.manual_seed(SEED)
    torch.set_num_threads(1)
    policy = Policy()
    train(policy)
    print(f"mean return over 100 episodes: {evaluate(policy):.1f}")

    with open(HERE / "states.csv", "w", newline="") as file:
        writer = csv.writer(file, lineterminator="\n")
        writer.writerow([*COLUMNS, "action"])
        for *state, action in record(policy):
            writer.writerow([*(f"{value:.4f}" for value in state), action])
    export(policy.eval(), HERE / "policy.onnx")


if __name__ == "__main__":
    main()
