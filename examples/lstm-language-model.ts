// A language model with an LSTM: it reads a text letter by letter, keeps in its state what it has read, and says which letter comes next.
// Trained here for a few seconds on one sentence, until it knows it by heart.
import * as torch from "layerscope";
import { nn, optim } from "layerscope";

const text = "the quick brown fox jumps over the lazy dog. ";
const letters = [...new Set(text)].sort();
const encode = (part: string): number[] => [...part].map((letter) => letters.indexOf(letter));

type State = [h: torch.Tensor, c: torch.Tensor];

class LSTMLanguageModel extends nn.Module {
  drop = new nn.Dropout(0.1);
  encoder: nn.Embedding;
  rnn: nn.LSTM;
  decoder: nn.Linear;

  constructor(vocabularySize: number, width: number, layers: number) {
    super();
    this.encoder = new nn.Embedding(vocabularySize, width);
    this.rnn = new nn.LSTM(width, width, { numLayers: layers, dropout: 0.1, batchFirst: true });
    this.decoder = new nn.Linear(width, vocabularySize);
    // Encoder and decoder share their matrix (Press and Wolf, "Using the Output Embedding to Improve Language Models", 2016).
    this.decoder.weight = this.encoder.weight;
    nn.init.uniform_(this.encoder.weight, -0.1, 0.1);
    nn.init.zeros_(this.decoder.bias);
  }

  /** Letters (batch, length) to scores for the next ones (batch, length, vocabulary), and the state to go on from. */
  override forward(tokens: torch.Tensor, state: State | null = null): [scores: torch.Tensor, state: State] {
    const [output, next] = this.rnn(this.drop(this.encoder(tokens)), state);
    return [this.decoder(this.drop(output)), next];
  }
}

torch.manualSeed(0);
export const model = new LSTMLanguageModel(letters.length, 48, 2);

// Learning: after each letter the next one is to follow.
const tokens = torch.tensor([encode(text)]);
const targets = torch.tensor(encode(text.slice(1) + text[0]!));
const optimizer = new optim.Adam(model.parameters(), { lr: 0.02 });
for (let step = 0; step <= 80; step++) {
  optimizer.zeroGrad();
  const [scores] = model(tokens);
  const loss = nn.functional.crossEntropy(scores.flatten(0, 1), targets);
  loss.backward();
  nn.utils.clipGradNorm_(model.parameters(), 1);
  optimizer.step();
  if (step % 20 === 0) console.log(`step ${step}: loss ${loss.item().toFixed(3)}`);
}

// Writing: each letter that the model finds likeliest is given to it as the next one to read. The state is carried along.
model.eval();
let written = "the ";
torch.noGrad(() => {
  let [scores, state] = model(torch.tensor([encode(written)]));
  while (written.length < text.length) {
    const next = scores.select(1, -1).argmax().item();
    written += letters[next];
    [scores, state] = model(torch.tensor([[next]]), state);
  }
});
console.log(`it writes: ${written}`);
