let enabled = true;

/** Whether operations record how to differentiate them (torch.is_grad_enabled). */
export function isGradEnabled(): boolean {
  return enabled;
}

/** Turns recording on or off and returns how it was (torch.set_grad_enabled). */
export function setGradEnabled(value: boolean): boolean {
  const previous = enabled;
  enabled = value;
  return previous;
}

function withGradEnabled<Result>(value: boolean, body: () => Result): Result {
  const previous = setGradEnabled(value);
  try {
    return body();
  } finally {
    enabled = previous;
  }
}

/** Runs `body` without recording for gradients: PyTorch's `with torch.no_grad():`. */
export function noGrad<Result>(body: () => Result): Result {
  return withGradEnabled(false, body);
}

/** Runs `body` recording for gradients, also inside `noGrad`: PyTorch's `with torch.enable_grad():`. */
export function enableGrad<Result>(body: () => Result): Result {
  return withGradEnabled(true, body);
}
