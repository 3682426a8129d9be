/** What the trace says of operations beyond their names. */

/** Operations that move or describe data without computing. */
const bookkeeping = new Set(
  `at chunk clone contiguous copy_ detach expand expandAs flatten flip gather index indexSelect movedim moveaxis narrow permute ravel repeat
  repeatInterleave reshape reshapeAs roll select selectScatter slice split squeeze swapaxes swapdims t tile to transpose type unbind unflatten unfold
  unsqueeze view viewAs`.split(/\s+/),
);

export function isBookkeeping(name: string): boolean {
  return bookkeeping.has(name);
}

/** Whether an operation writes to its first argument: torch's trailing underscore, or an optimizer's step. */
export function writesInPlace(name: string): boolean {
  return name.endsWith("_") || name.endsWith(".step");
}

/**
 * How operations are called, as PyTorch's documentation writes it, with the defaults. What has no name there is shown by its value alone, as in
 * `reshape(2, 3)`; what the engine passes on for itself is called _ and not shown.
 */
const signatures = `
  sum(self, dim, keepdim=False)
  mean(self, dim, keepdim=False)
  prod(self, dim, keepdim=False)
  std(self, dim, correction=1, keepdim=False)
  var(self, dim, correction=1, keepdim=False)
  amax(self, dim, keepdim=False)
  amin(self, dim, keepdim=False)
  max(self, dim, keepdim=False)
  min(self, dim, keepdim=False)
  argmax(self, dim, keepdim=False)
  argmin(self, dim, keepdim=False)
  any(self, dim, keepdim=False)
  all(self, dim, keepdim=False)
  norm(self, p=2, dim, keepdim=False)
  logsumexp(self, dim, keepdim=False)
  cumsum(self, dim)
  cumprod(self, dim)
  softmax(self, dim)
  softmin(self, dim)
  logSoftmax(self, dim)
  gumbelSoftmax(self, tau=1, hard=False, dim=-1)
  topk(self, k, dim=-1, largest=True)
  kthvalue(self, k, dim=-1, keepdim=False)
  sort(self, dim=-1, descending=False)
  argsort(self, dim=-1, descending=False)
  cat(tensors, dim=0)
  stack(tensors, dim=0)
  transpose(self, dim0, dim1)
  permute(self, dims)
  reshape(self, shape)
  view(self, shape)
  expand(self, size)
  flatten(self, start_dim=0, end_dim=-1)
  unflatten(self, dim, sizes)
  squeeze(self, dim)
  unsqueeze(self, dim)
  select(self, dim, index)
  slice(self, dim, start, end, step=1)
  narrow(self, dim, start, length)
  chunk(self, chunks, dim=0)
  split(self, split_size, dim=0)
  unbind(self, dim=0)
  repeat(self, repeats)
  flip(self, dims)
  roll(self, shifts, dims)
  tril(self, diagonal=0)
  triu(self, diagonal=0)
  diagEmbed(self, offset=0, _, _)
  gather(self, dim, index)
  scatter(self, dim, index, value)
  scatterAdd(self, dim, index, src)
  scatterReduce(self, dim, index, src, reduce, include_self=True)
  indexSelect(self, dim, index)
  indexAdd(self, dim, index, source, alpha=1)
  searchsorted(sorted, self, right=False)
  clamp(self, min, max)
  pow(self, exponent)
  lerp(self, end, weight)
  addcmul(self, tensor1, tensor2, value=1)
  addcdiv(self, tensor1, tensor2, value=1)
  nanToNum(self, nan=0, posinf, neginf)
  multinomial(self, num_samples, replacement=False)
  to(self, dtype, _)
  leakyRelu(self, negative_slope=0.01)
  elu(self, alpha=1, _, _)
  celu(self, alpha=1)
  gelu(self, approximate=none)
  glu(self, dim=-1)
  hardtanh(self, min_val=-1, max_val=1)
  softplus(self, beta=1, threshold=20)
  softshrink(self, lambd=0.5)
  hardshrink(self, lambd=0.5)
  dropout(self, p, training=True)
  normalize(self, p=2, dim=1, eps=1e-12)
  pairwiseDistance(x1, x2, p=2, eps=1e-06, keepdim=False)
  cosineSimilarity(x1, x2, dim=1, eps=1e-08)
  cdist(x1, x2, p=2)
  layerNorm(self, normalized_shape, weight, bias, eps=1e-05)
  rmsNorm(self, normalized_shape, weight, eps=1.19209e-07)
  groupNorm(self, num_groups, weight, bias, eps=1e-05)
  batchNorm(self, weight, bias, running_mean, running_var, training, momentum=0.1, eps=1e-05)
  instanceNorm(self, weight, bias, running_mean, running_var, use_input_stats=True, momentum=0.1, eps=1e-05)
  localResponseNorm(self, size, alpha=0.0001, beta=0.75, k=1)
  embedding(self, weight, padding_idx, scale_grad_by_freq=False)
  embeddingBag(self, weight, offsets, mode=mean, padding_idx, per_sample_weights, scale_grad_by_freq=False, include_last_offset=False)
  oneHot(self, num_classes)
  pad(self, pad, value=0)
  gridSample(self, grid, mode=bilinear)
  affineGrid(theta, size, align_corners=False)
  pixelShuffle(self, upscale_factor)
  multiHeadAttentionForward(query, key, value, _, num_heads, _, _, _, _, add_zero_attn=False, dropout_p=0)
  rnnTanh(_)
  rnnRelu(_)
  lstm(_)
  gru(_)
  rnnTanhCell(_)
  rnnReluCell(_)
  lstmCell(_)
  gruCell(_)
  mseLoss(self, target, reduction=mean)
  l1Loss(self, target, reduction=mean)
  smoothL1Loss(self, target, reduction=mean, beta=1)
  huberLoss(self, target, reduction=mean, delta=1)
  klDiv(self, target, reduction=mean, log_target=False)
  nllLoss(self, target, weight, ignore_index=-100, reduction=mean, label_smoothing=0)
  binaryCrossEntropyWithLogits(self, target, reduction=mean)`;

interface Argument {
  readonly name: string;
  readonly default: string | undefined;
}

const argumentsOf = new Map<string, readonly Argument[]>();
for (const [, name, list] of signatures.matchAll(/(\w+)\((.*)\)/g)) {
  argumentsOf.set(
    name!,
    list!.split(", ").map((text): Argument => {
      const [argument, value] = text.split("=");
      return { name: argument!, default: value };
    }),
  );
}

/** Options that say where or with what something is computed, and not what. */
const silent = new Set(["device", "generator", "useSeparateProjWeight", "training"]);

/** What options are that change nothing. */
const neutral: Readonly<Record<string, RegExp>> = {
  stride: /^[1[\], ]+$/,
  padding: /^([0[\], ]+|zeros)$/,
  outputPadding: /^[0[\], ]+$/,
  dilation: /^[1[\], ]+$/,
  groups: /^1$/,
  ceilMode: /^False$/,
  countIncludePad: /^True$/,
  returnIndices: /^False$/,
  isCausal: /^False$/,
  enableGqa: /^False$/,
  needWeights: /^True$/,
  batchFirst: /^False$/,
  dropout: /^0$/,
  dropoutP: /^0$/,
  alignCorners: /^False$/,
};

const shownLength = 120;

/** The arguments other than tensors that are not as they are by default, e.g. "dim=1". */
export function formatArguments(name: string, args: readonly unknown[], isTensor: (value: unknown) => boolean): string {
  const signature = argumentsOf.get(name.replace(/_$/, "")) ?? [];
  const parts: string[] = [];
  args.forEach((arg, position) => {
    if (isPlainObject(arg)) {
      for (const [key, value] of Object.entries(arg)) {
        const text = silent.has(key) ? null : format(value, isTensor);
        if (text !== null && !neutral[key]?.test(text)) parts.push(`${snakeCase(key)}=${text}`);
      }
      return;
    }
    const argument = signature[position];
    const text = format(arg, isTensor);
    if (text === null || argument?.name === "_" || argument?.default === text) return;
    if (argument) parts.push(`${argument.name}=${text}`);
    else if (typeof arg !== "boolean") parts.push(text); // A truth without a name says nothing.
  });
  const text = parts.join(", ");
  return text.length > shownLength ? `${text.slice(0, shownLength - 1)}…` : text;
}

/** As Python writes it; null for nothing, tensors, functions and other objects than types. */
function format(value: unknown, isTensor: (value: unknown) => boolean): string | null {
  if (Array.isArray(value)) {
    const items = value.map((item) => format(item, isTensor) ?? (item === null ? "None" : null));
    return items.includes(null) ? null : `[${items.join(", ")}]`;
  }
  if (typeof value === "boolean") return value ? "True" : "False";
  if (typeof value === "number") return formatNumber(value);
  if (typeof value === "string" || typeof value === "bigint") return String(value);
  if (typeof value !== "object" || value === null || isTensor(value) || isPlainObject(value)) return null;
  return Object.hasOwn(Object.getPrototypeOf(value) as object, "toString") ? String(value) : null;
}

/** Six digits tell what was written; a computed scale has many more. */
function formatNumber(value: number): string {
  if (!Number.isFinite(value)) return Number.isNaN(value) ? "nan" : value > 0 ? "inf" : "-inf";
  const short = Number.isInteger(value) ? value : Number(value.toPrecision(6));
  const text = Math.abs(short) < 1e-4 && short !== 0 ? short.toExponential() : String(short);
  return text.replace(/e([+-])(\d)$/, "e$10$2");
}

function isPlainObject(value: unknown): value is Readonly<Record<string, unknown>> {
  return typeof value === "object" && value !== null && Object.getPrototypeOf(value) === Object.prototype;
}

function snakeCase(name: string): string {
  return name.replace(/[A-Z]/g, (letter) => `_${letter.toLowerCase()}`);
}
