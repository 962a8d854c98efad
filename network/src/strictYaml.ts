/**
 * Reads a YAML file that people write: every field is named, typed and checked, and an error says where it is wrong.
 */
import { readFileSync } from 'node:fs';
import { parse } from 'yaml';

/** A file that does not say what it must; the message starts with the place. */
export class InvalidFileError extends Error {
  override readonly name = 'InvalidFileError';
}

/** One place in the file. Asking for a field of a mapping marks it as known; `end` refuses those nobody asked for. */
export class Place {
  readonly #path: string;
  readonly #value: unknown;
  readonly #known = new Set<string>();

  constructor(path: string, value: unknown) {
    this.#path = path;
    this.#value = value;
  }

  field(name: string): Place {
    this.#known.add(name);
    return new Place(`${this.#path}.${name}`, this.#mapping()[name]);
  }

  /** Reads a mapping of which every field must be asked for. */
  mapping<Value>(read: (place: Place) => Value): Value {
    const value = read(this);
    const unknown = Object.keys(this.#mapping()).find((name) => !this.#known.has(name));
    if (unknown !== undefined) throw new InvalidFileError(`${this.#path}: unknown field '${unknown}'`);
    return value;
  }

  list<Value>(minimum: number, read: (place: Place) => Value): Value[] {
    const value: unknown = this.#value;
    if (!Array.isArray(value) || value.length < minimum) throw this.#refusal(`a list of at least ${minimum}`);
    return value.map((item, index) => read(new Place(`${this.#path}[${index}]`, item)));
  }

  text(pattern: RegExp, meaning: string): string {
    if (typeof this.#value !== 'string' || !pattern.test(this.#value)) throw this.#refusal(meaning);
    return this.#value;
  }

  optional<Value>(read: (place: Place) => Value): Value | undefined {
    return this.#value === undefined ? undefined : read(this);
  }

  integer(minimum: number, maximum: number): number {
    const value = this.#value;
    if (typeof value !== 'number' || !Number.isSafeInteger(value) || value < minimum || value > maximum)
      throw this.#refusal(`a whole number from ${minimum} to ${maximum}`);
    return value;
  }

  flag(): boolean {
    if (typeof this.#value !== 'boolean') throw this.#refusal('true or false');
    return this.#value;
  }

  refuse(reason: string): never {
    throw new InvalidFileError(`${this.#path}: ${reason}`);
  }

  #mapping(): Record<string, unknown> {
    const value = this.#value;
    if (typeof value !== 'object' || value === null || Array.isArray(value)) throw this.#refusal('a mapping');
    return Object.fromEntries(Object.entries(value));
  }

  #refusal(expected: string): InvalidFileError {
    const found = this.#value === undefined ? 'nothing' : JSON.stringify(this.#value);
    return new InvalidFileError(`${this.#path}: expected ${expected}, found ${found}`);
  }
}

/** @throws InvalidFileError when the file is not there, not YAML (a field given twice included), or `read` refuses it */
export function readYaml<Value>(path: string, read: (root: Place) => Value): Value {
  let value: unknown;
  try {
    value = parse(readFileSync(path, 'utf8'));
  } catch (error) {
    throw new InvalidFileError(`${path}: ${error instanceof Error ? error.message : String(error)}`, { cause: error });
  }
  return new Place(path, value).mapping(read);
}
