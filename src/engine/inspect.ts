/** Names the method that says how Node prints an object. */
export const inspect: unique symbol = Symbol.for("nodejs.util.inspect.custom");
