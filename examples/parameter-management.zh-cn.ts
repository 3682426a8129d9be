// 参数管理：如何访问网络的参数，如何初始化它们，以及如何在层之间共享它们。
//
// 这是同名章节的内容，按 PyTorch 的写法逐个单元格写成。它打印的数与 PyTorch 在 torch.manual_seed(0) 之后打印的完全相同。
// TypeScript 与 Python 写法不同之处：
//   - net(X)、net[0] 和 net[0].weight 与 Python 相同；索引张量时，w.at(0) 即 w[0]，w.at(torch.slice(0, 2)) 即 w[:2]。
//   - 张量没有运算符：w.mul_(mask) 即 w *= mask，w.ge(5) 即 w >= 5，w.at(0, 0).fill_(42) 即 w[0, 0] = 42。
//   - 关键字参数放在一个对象中：{ std: 0.01 }。
//   - JavaScript 没有元组，也没有 True 和 None，因此下面的 print 按 Python 的方式书写列表、布尔值和类。
import * as torch from "layerscope";
import { nn } from "layerscope";

function print(...values: unknown[]): void {
  console.log(values.map((value) => (typeof value === "string" ? value : python(value))).join(" "));
}

function python(value: unknown): string {
  if (typeof value === "string") return `'${value}'`;
  if (typeof value === "boolean") return value ? "True" : "False";
  if (value === nn.Parameter) return "<class 'torch.nn.parameter.Parameter'>";
  if (Array.isArray(value) && !(value instanceof torch.Size)) return `(${value.map(python).join(", ")})`;
  return String(value);
}

// 在 PyTorch 中用 torch.manual_seed(0) 会得到相同的数。
torch.manualSeed(0);

// [1] 具有单隐藏层的多层感知机。Sequential 按顺序运行其中的层。
const net = new nn.Sequential(
  new nn.Linear(4, 8), // 隐藏层：4 个输入，8 个单元
  new nn.ReLU(),
  new nn.Linear(8, 1), // 输出层：8 个输入，1 个输出
);
const X = torch.rand(2, 4); // 两个样本，每个有四个特征
print(net(X));

// 参数访问
// ========

// [2] 通过位置可以访问 Sequential 的任意层，net[2] 是输出层。它的状态字典包含它学到的一切：形状为 (1, 8) 的权重和形状为 (1) 的偏置。
print(net[2].stateDict());

// [3] 每个参数都是参数类的一个实例：模块知道要学习的张量。仅其数值在 data 中。
print(net[2].bias.constructor);
print(net[2].bias);
print(net[2].bias.data);

// [4] 除了值之外，还可以访问参数的梯度。由于还没有调用 backward()，所以还没有梯度。
print(net[2].weight.grad === null);

// [5] 一次性访问所有参数：第一层的，以及整个网络的。名称经由模块逐级给出："2.bias" 是 net[2] 的偏置。
print(...[...net[0].namedParameters()].map(([name, parameter]) => [name, parameter.shape]));
print(...[...net.namedParameters()].map(([name, parameter]) => [name, parameter.shape]));

// [6] 这些名称是网络状态字典的键：访问同一偏置的另一种方式。
print(net.stateDict().get("2.bias")!.data);

// [7] 可以用函数生成块，并嵌套到任意深度。block1 是一个小网络，block2 由四个 block1 依次组成，rgnet 是 block2 加上一个输出层。
function block1() {
  return new nn.Sequential(new nn.Linear(4, 8), new nn.ReLU(), new nn.Linear(8, 4), new nn.ReLU());
}

function block2() {
  // 类型说明下面添加的模块是什么，这样就知道 rgnet[0].at(1)[0].bias 是 Linear 的偏置。
  const blocks = new nn.Sequential<ReturnType<typeof block1>[]>();
  for (let i = 0; i < 4; i++) {
    blocks.addModule(`block ${i}`, block1());
  }
  return blocks;
}

const rgnet = new nn.Sequential(block2(), new nn.Linear(4, 1));
print(rgnet(X));

// [8] 打印网络可以看到它是如何组织的。
print(rgnet);

// [9] 可以像通过嵌套列表索引一样访问嵌套的模块：block2 中第二个 block1 的第一层。（at(1) 即 [1]，但不存在时会报错，也可以从末尾计数。）
print(rgnet[0].at(1)[0].bias.data);

// 参数初始化
// ==========

// [10] 层自带合理的初始值：Linear 从由其输入数决定的范围中均匀抽取。nn.init 的函数用其他值填充参数。apply 将网络的每个模块交给一个函数，
// 这里将权重初始化为标准差为 0.01 的高斯随机变量，并将偏置设为 0。
function initNormal(m: nn.Module) {
  if (m instanceof nn.Linear) {
    nn.init.normal_(m.weight, { mean: 0, std: 0.01 });
    if (m.bias !== null) nn.init.zeros_(m.bias);
  }
}
net.apply(initNormal);
print([net[0].weight.data.at(0), net[0].bias.data.at(0)]);

// [11] 将所有权重初始化为同一常数：可以这样做，但同一层的单元会学到相同的内容，并一直保持相同。
function initConstant(m: nn.Module) {
  if (m instanceof nn.Linear) {
    nn.init.constant_(m.weight, 1);
    if (m.bias !== null) nn.init.zeros_(m.bias);
  }
}
net.apply(initConstant);
print([net[0].weight.data.at(0), net[0].bias.data.at(0)]);

// [12] 对不同的层应用不同的初始化。Xavier 初始化从 (-a, a) 均匀抽取，a = sqrt(6 / (输入数 + 输出数))，使信号和梯度通过该层时保持大小。
function initXavier(m: nn.Module) {
  if (m instanceof nn.Linear) nn.init.xavierUniform_(m.weight);
}
function init42(m: nn.Module) {
  if (m instanceof nn.Linear) nn.init.constant_(m.weight, 42);
}
net[0].apply(initXavier);
net[2].apply(init42);
print(net[0].weight.data.at(0));
print(net[2].weight.data);

// [13] 自定义初始化：在 (-10, 10) 上均匀分布，并将绝对值小于 5 的（约一半权重）设为零。
// 比较得到布尔张量，相乘时布尔值按 1 和 0 计算。
function myInit(m: nn.Module) {
  if (m instanceof nn.Linear) {
    const [name, parameter] = [...m.namedParameters()][0]!;
    print("Init", name, parameter.shape);
    nn.init.uniform_(m.weight, -10, 10);
    m.weight.data.mul_(m.weight.data.abs().ge(5));
  }
}
net.apply(myInit);
print(net[0].weight.at(torch.slice(0, 2)));

// [14] 我们始终可以直接设置参数，全部或单个。
net[0].weight.data.add_(1);
net[0].weight.data.at(0, 0).fill_(42);
print(net[0].weight.data.at(0));

// 参数绑定
// ========

// [15] 在两处使用的层共享其参数：tied[2] 和 tied[4] 是同一个对象。反向传播时，两处的梯度会相加。
const shared = new nn.Linear(8, 8);
const tied = new nn.Sequential(new nn.Linear(4, 8), new nn.ReLU(), shared, new nn.ReLU(), shared, new nn.ReLU(), new nn.Linear(8, 1));
tied(X);
print(tied[2].weight.data.at(0).eq(tied[4].weight.data.at(0)));
// 不仅值相等：在一处更改，另一处也随之更改。
tied[2].weight.data.at(0, 0).fill_(100);
print(tied[2].weight.data.at(0).eq(tied[4].weight.data.at(0)));
