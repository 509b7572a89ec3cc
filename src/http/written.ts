// A value with its JSON, for bodies that show it among their items: written once and sent in many answers.

export class Written<T> {
  readonly value: T;
  readonly json: string;

  constructor(value: T, json = JSON.stringify(value)) {
    this.value = value;
    this.json = json;
  }

  /** The same with further fields behind its own; of objects with at least one field each. */
  with<More extends object>(more: More): Written<T & More> {
    return new Written(
      { ...this.value, ...more },
      `${this.json.slice(0, -1)},${JSON.stringify(more).slice(1)}`,
    );
  }

  /** Wherever else it stands. */
  toJSON(): T {
    return this.value;
  }
}

const fieldOf = (value: unknown): string | undefined =>
  Array.isArray(value) && value.every((item) => item instanceof Written)
    ? `[${value.map(({ json }) => json).join(',')}]`
    : JSON.stringify(value);

/** What JSON.stringify says of a body, from what its items have written already. */
export const jsonOf = (body: unknown): string => {
  if (typeof body !== 'object' || body === null || !('items' in body)) return JSON.stringify(body);
  const fields = Object.entries(body).flatMap(([name, value]) => {
    const field = fieldOf(value);
    return field === undefined ? [] : [`${JSON.stringify(name)}:${field}`];
  });
  return `{${fields.join(',')}}`;
};
