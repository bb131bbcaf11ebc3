// Read by test_sizes.py, which counts the lines of each: 3, 4, 5, 6, 7, and 3 for the one inside.
export function declared(first) {
  return first;
}

const arrow = (first) => {
  first();
  return first;
};

export class Shape {
  constructor(first, { second }) {
    this.first = first;
    this.second = second;
    arrow(first);
  }

  async #hidden() {
    if (this.first) {
      await this.first;
    }
    return this.second;
  }

  static make(first) {
    const listen = () => this;
    first.on("done", (value) => {
      arrow(value);
    });
    return listen;
  }
}
