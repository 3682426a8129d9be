// DQN: from four frames of a game to the worth of each action (Mnih et al., "Human-level control through deep reinforcement learning", 2015).
import * as torch from "layerscope";
import { nn } from "layerscope";

class DQN extends nn.Module {
  conv1 = new nn.Conv2d(4, 32, 8, { stride: 4 });
  conv2 = new nn.Conv2d(32, 64, 4, { stride: 2 });
  conv3 = new nn.Conv2d(64, 64, 3, { stride: 1 });
  fc4 = new nn.Linear(7 * 7 * 64, 512);
  fc5: nn.Linear;

  constructor(actions: number) {
    super();
    this.fc5 = new nn.Linear(512, actions);
  }

  override forward(frames: torch.Tensor): torch.Tensor {
    const x = nn.functional.relu(this.conv3(nn.functional.relu(this.conv2(nn.functional.relu(this.conv1(frames.div(255)))))));
    return this.fc5(nn.functional.relu(this.fc4(x.flatten(1))));
  }
}

export const dqn = new DQN(4);
dqn(torch.zeros(1, 4, 84, 84));
