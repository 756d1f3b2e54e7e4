/** Reading the numbers of a segment. Whatever does not fit the bytes throws, so that damage is never drawn. */

export class ByteReader {
  at = 0;

  constructor(
    readonly bytes: Uint8Array,
    readonly end: number = bytes.length,
  ) {}

  byte(): number {
    if (this.at >= this.end) throw new Error("it ends too early");
    return this.bytes[this.at++];
  }

  /** LEB128, unsigned, at most 53 bits: multiplied, since shifts of numbers end at 32 bits. */
  varint(): number {
    let value = 0;
    let scale = 1;
    for (;;) {
      const byte = this.byte();
      value += (byte & 0x7f) * scale;
      if (value > Number.MAX_SAFE_INTEGER) throw new Error("a number has more than 53 bits");
      if (byte < 0x80) return value;
      scale *= 128;
    }
  }

  zigzag(): number {
    const value = this.varint();
    return value % 2 === 0 ? value / 2 : -(value + 1) / 2;
  }

  slice(length: number): Uint8Array {
    if (this.at + length > this.end) throw new Error("it ends too early");
    this.at += length;
    return this.bytes.subarray(this.at - length, this.at);
  }
}
