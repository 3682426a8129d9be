// PointNet: points are turned by networks of their own, and their features' maximum tells the shape (Qi et al., 2016), of 40 classes.
import * as torch from "layerscope";
import { nn } from "layerscope";

/** A matrix that turns points of `k` coordinates. */
class STNkd extends nn.Module {
  conv1: nn.Conv1d;
  conv2 = new nn.Conv1d(64, 128, 1);
  conv3 = new nn.Conv1d(128, 1024, 1);
  fc1 = new nn.Linear(1024, 512);
  fc2 = new nn.Linear(512, 256);
  fc3: nn.Linear;
  bn1 = new nn.BatchNorm1d(64);
  bn2 = new nn.BatchNorm1d(128);
  bn3 = new nn.BatchNorm1d(1024);
  bn4 = new nn.BatchNorm1d(512);
  bn5 = new nn.BatchNorm1d(256);

  constructor(readonly k: number) {
    super();
    this.conv1 = new nn.Conv1d(k, 64, 1);
    this.fc3 = new nn.Linear(256, k * k);
  }

  override forward(x: torch.Tensor): torch.Tensor {
    const { relu } = nn.functional;
    x = relu(this.bn1(this.conv1(x)));
    x = relu(this.bn2(this.conv2(x)));
    x = relu(this.bn3(this.conv3(x)));
    x = torch.amax(x, 2);
    x = relu(this.bn4(this.fc1(x)));
    x = relu(this.bn5(this.fc2(x)));
    const identity = torch.eye(this.k, { device: x.device }).flatten().unsqueeze(0);
    return this.fc3(x).add(identity).view(-1, this.k, this.k);
  }
}

class PointNetfeat extends nn.Module {
  stn = new STNkd(3);
  conv1 = new nn.Conv1d(3, 64, 1);
  conv2 = new nn.Conv1d(64, 128, 1);
  conv3 = new nn.Conv1d(128, 1024, 1);
  bn1 = new nn.BatchNorm1d(64);
  bn2 = new nn.BatchNorm1d(128);
  bn3 = new nn.BatchNorm1d(1024);
  fstn = new STNkd(64);

  override forward(x: torch.Tensor): [features: torch.Tensor, trans: torch.Tensor, transFeat: torch.Tensor] {
    const { relu } = nn.functional;
    const trans = this.stn(x);
    x = torch.bmm(x.transpose(2, 1), trans).transpose(2, 1);
    x = relu(this.bn1(this.conv1(x)));
    const transFeat = this.fstn(x);
    x = torch.bmm(x.transpose(2, 1), transFeat).transpose(2, 1);
    x = relu(this.bn2(this.conv2(x)));
    x = this.bn3(this.conv3(x));
    return [torch.amax(x, 2), trans, transFeat];
  }
}

class PointNetCls extends nn.Module {
  feat = new PointNetfeat();
  fc1 = new nn.Linear(1024, 512);
  fc2 = new nn.Linear(512, 256);
  fc3 = new nn.Linear(256, 40);
  dropout = new nn.Dropout(0.3);
  bn1 = new nn.BatchNorm1d(512);
  bn2 = new nn.BatchNorm1d(256);

  override forward(points: torch.Tensor): [scores: torch.Tensor, trans: torch.Tensor, transFeat: torch.Tensor] {
    const [features, trans, transFeat] = this.feat(points);
    let x = nn.functional.relu(this.bn1(this.fc1(features)));
    x = nn.functional.relu(this.bn2(this.dropout(this.fc2(x))));
    return [nn.functional.logSoftmax(this.fc3(x), 1), trans, transFeat];
  }
}

export const pointnet = torch.withDevice("meta", () => new PointNetCls()).eval();
pointnet(torch.zeros(2, 3, 128, { device: "meta" }));
