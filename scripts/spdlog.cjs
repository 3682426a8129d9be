// Stands in for @vscode/spdlog, a native module, where VS Code's server was installed without building anything: without a logger the
// output channels of extensions stay empty.
const { appendFileSync, mkdirSync } = require("node:fs");
const { dirname } = require("node:path");

const levels = ["trace", "debug", "info", "warn", "error", "critical"];

class Logger {
  /**
   * @param {string} _type
   * @param {string} _name
   * @param {string} file
   */
  constructor(_type, _name, file) {
    this.file = file;
    this.level = 2;
    this.formatted = true;
    mkdirSync(dirname(file), { recursive: true });
    // VS Code looks for the file before there is anything to write.
    appendFileSync(file, "");
    levels.forEach((name, level) => {
      this[name] = (/** @type {string} */ message) => {
        if (level < this.level) return;
        appendFileSync(this.file, this.formatted ? `${new Date().toISOString()} [${name}] ${message}\n` : message);
      };
    });
  }
  getLevel() {
    return this.level;
  }
  /** @param {number} level */
  setLevel(level) {
    this.level = level;
  }
  setPattern() {
    this.formatted = true;
  }
  clearFormatters() {
    this.formatted = false;
  }
  flush() {}
  drop() {}
}

/** @param {[string, string, number, number]} args */
const create = async (...args) => new Logger("rotating", ...args);

// One by one: VS Code imports them by name.
exports.version = 0;
exports.setLevel = () => {};
exports.setFlushOn = () => {};
exports.Logger = Logger;
exports.createRotatingLogger = create;
exports.createAsyncRotatingLogger = create;
