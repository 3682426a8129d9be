"""REINFORCE with a baseline on a small grid, and an actor-critic with generalized advantages."""
from collections import deque, namedtuple
from itertools import count

import torch
import torch.nn as nn
import torch.nn.functional as F
from torch.distributions import Categorical, Normal, kl_divergence

Transition = namedtuple("Transition", "state action log_prob reward value done")


class Corridor:
    """Walk right to the goal; a step costs a little."""

    def __init__(self, length=5):
        self.length = length

    def reset(self):
        self.position, self.steps = 0, 0
        return self.state()

    def state(self):
        return F.one_hot(torch.tensor(self.position), self.length).float()

    def step(self, action):
        self.position = max(0, min(self.length - 1, self.position + (1 if action == 1 else -1)))
        self.steps += 1
        done = self.position == self.length - 1 or self.steps >= 20
        return self.state(), 1.0 if self.position == self.length - 1 else -0.05, done


class ActorCritic(nn.Module):
    def __init__(self, observations, actions, hidden=16):
        super().__init__()
        self.trunk = nn.Sequential(nn.Linear(observations, hidden), nn.Tanh())
        self.policy = nn.Linear(hidden, actions)
        self.value = nn.Linear(hidden, 1)
        for layer in (self.policy, self.value):
            nn.init.orthogonal_(layer.weight, gain=0.01)
            nn.init.constant_(layer.bias, 0.0)

    def forward(self, state):
        h = self.trunk(state)
        return Categorical(logits=self.policy(h)), self.value(h).squeeze(-1)


def returns(rewards, gamma=0.95):
    out, total = deque(), 0.0
    for reward in reversed(rewards):
        total = reward + gamma * total
        out.appendleft(total)
    return torch.tensor(list(out))


def advantages(transitions, gamma=0.95, lam=0.9):
    values = torch.stack([t.value for t in transitions]).detach()
    out = torch.zeros(len(transitions))
    last = 0.0
    for i in reversed(range(len(transitions))):
        following = values[i + 1] if i + 1 < len(transitions) and not transitions[i].done else 0.0
        delta = transitions[i].reward + gamma * following - values[i]
        last = delta + gamma * lam * last * (not transitions[i].done)
        out[i] = last
    return out, out + values


def rollout(env, net):
    state, steps = env.reset(), []
    for _ in count():
        dist, value = net(state)
        action = dist.sample()
        following, reward, done = env.step(action.item())
        steps.append(Transition(state, action, dist.log_prob(action), reward, value, done))
        state = following
        if done:
            return steps


torch.manual_seed(3)
env, net = Corridor(), ActorCritic(5, 2)
print(net)
optimizer = torch.optim.Adam(net.parameters(), lr=0.02)
running = None
for episode in range(12):
    steps = rollout(env, net)
    reward = sum(t.reward for t in steps)
    running = reward if running is None else 0.9 * running + 0.1 * reward
    target = returns([t.reward for t in steps])
    value = torch.stack([t.value for t in steps])
    log_prob = torch.stack([t.log_prob for t in steps])
    advantage = target - value.detach()
    advantage = (advantage - advantage.mean()) / (advantage.std(unbiased=False) + 1e-6)
    loss = -(log_prob * advantage).sum() + F.smooth_l1_loss(value, target, reduction="sum")
    optimizer.zero_grad()
    loss.backward()
    total = nn.utils.clip_grad_norm_(net.parameters(), 0.5)
    optimizer.step()
    print(f"{episode:2d} steps {len(steps):2d} reward {reward:+.2f} running {running:+.3f} loss {loss.item():.4f} norm {total:.4f}")

steps = rollout(env, net)
gae, target = advantages(steps)
print(gae)
print(target.shape, target.dtype)

# Clipped steps of PPO
old = torch.stack([t.log_prob for t in steps]).detach()
states, actions = torch.stack([t.state for t in steps]), torch.stack([t.action for t in steps])
for epoch in range(3):
    dist, value = net(states)
    ratio = (dist.log_prob(actions) - old).exp()
    clipped = torch.clamp(ratio, 0.8, 1.2)
    policy_loss = -torch.min(ratio * gae, clipped * gae).mean()
    loss = policy_loss + 0.5 * F.mse_loss(value, target) - 0.01 * dist.entropy().mean()
    optimizer.zero_grad(set_to_none=True)
    loss.backward()
    optimizer.step()
    print(epoch, f"{policy_loss.item():.6f} {loss.item():.6f} kl {(old - dist.log_prob(actions)).mean().item():.6f}")

print(dist)
print(dist.probs[:2])
print(Categorical(probs=torch.tensor([0.2, 0.3, 0.5])), Categorical(torch.tensor([1.0, 3.0])).entropy())
a, b = Normal(torch.zeros(2), torch.ones(2)), Normal(torch.tensor([0.0, 1.0]), 2 * torch.ones(2))
print(a, kl_divergence(a, b), b.cdf(torch.tensor([0.5, 0.5])), b.icdf(torch.tensor([0.1, 0.9])))
print(steps[0]._fields, steps[0].reward, steps[-1].done)
print(torch.multinomial(torch.tensor([0.1, 0.0, 0.9]), 5, replacement=True))
