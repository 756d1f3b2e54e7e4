// What JavaScript programs do all day, in a fixed amount: objects, closures, strings, regular expressions, JSON, maps,
// sorting, typed arrays, big integers and exceptions. Prints a line for each, and nothing depends on the machine.

function random(seed) {
  return () => (seed = (Math.imul(seed, 1103515245) + 12345) >>> 0) >>> 8;
}

function checksum(text) {
  let hash = 0x811c9dc5;
  for (let i = 0; i < text.length; i++) hash = Math.imul(hash ^ text.charCodeAt(i), 0x01000193);
  return (hash >>> 0).toString(16).padStart(8, "0");
}

class Shape {
  constructor(size) { this.size = size; }
  area() { return 0; }
}
class Square extends Shape { area() { return this.size * this.size; } }
class Triangle extends Shape { area() { return (this.size * (this.size + 1)) / 2; } }

function objects() {
  const next = random(1);
  const shapes = Array.from({ length: 4000 }, () => (next() & 1 ? new Square(next() % 50) : new Triangle(next() % 50)));
  return shapes.reduce((sum, shape) => sum + shape.area(), 0);
}

function words() {
  const next = random(2);
  const syllables = ["ka", "to", "ri", "mo", "shi", "ne", "lu", "va"];
  const text = [];
  for (let i = 0; i < 3000; i++) text.push(syllables[next() % 8] + syllables[next() % 8] + (next() % 4 ? "" : "x"));
  const counts = new Map();
  for (const word of text.join(" ").split(/\s+/)) counts.set(word, (counts.get(word) ?? 0) + 1);
  const doubled = text.join(" ").match(/\b(\w\w\w?)\1/g).length;
  const common = [...counts].sort((a, b) => b[1] - a[1] || (a[0] < b[0] ? -1 : 1)).slice(0, 3);
  return `${counts.size} ${doubled} ${common.flat().join(" ")}`;
}

function json() {
  const next = random(3);
  const tree = (depth) => depth === 0 ? next() % 1000 : { id: next(), name: `node ${next() % 99}`, parts: [tree(depth - 1), tree(depth - 1)] };
  let text = JSON.stringify(tree(9));
  for (let i = 0; i < 3; i++) text = JSON.stringify(JSON.parse(text, (key, value) => (key === "id" ? value + 1 : value)));
  return `${text.length} ${checksum(text)}`;
}

function sieve() {
  const composite = new Uint8Array(60000);
  let primes = 0;
  for (let i = 2; i < composite.length; i++) {
    if (composite[i]) continue;
    primes++;
    for (let j = i * 2; j < composite.length; j += i) composite[j] = 1;
  }
  return primes;
}

function power() {
  let value = 1n;
  for (let i = 0; i < 600; i++) value = (value * 31415926535897932384626433n + BigInt(i)) % (2n ** 521n - 1n);
  return value.toString(36).slice(0, 40);
}

function exceptions() {
  const parse = (text) => {
    if (!/^[a-m]+$/.test(text)) throw new RangeError(text);
    return text.length;
  };
  const next = random(4);
  let good = 0, bad = 0;
  for (let i = 0; i < 1500; i++) {
    try { good += parse(String.fromCharCode(97 + (next() % 16), 97 + (next() % 16))); } catch (error) { bad += error.message.length; }
  }
  return `${good} ${bad}`;
}

function* walk(n, path = []) {
  if (path.length === n) { yield path.join(""); return; }
  for (let i = 1; i <= n; i++) if (!path.includes(i)) yield* walk(n, [...path, i]);
}

function generators() {
  let all = "";
  for (const path of walk(6)) all += path;
  return checksum(all);
}

for (const work of [objects, words, json, sieve, power, exceptions, generators]) print(work.name, work());
