// Requests against their schemas: every fault of path, query and body in one problem, each with its pointer.
// Query strings are parsed here and not by the framework, which would fold repeated parameters and bad escapes.
import type { z } from 'zod';
import { type Fault, Problem } from '../core/problem.ts';
import { hasForbiddenCharacters, normalizeText } from '../core/text.ts';

export const MAX_JSON_DEPTH = 32;
const MAX_PARAMETERS = 50;
/** How many faults one problem names; more are no help, and would answer a small request with a large body. */
const MAX_FAULTS = 100;
const MAX_NAMES = 10;

/** A name as it may be echoed: one that no field or parameter could have may be anything, an e-mail included. */
const shown = (name: PropertyKey): string => (/^[\w.$-]{1,64}$/.test(String(name)) ? String(name) : '*');

/** A JSON Pointer (RFC 6901); what is shown needs no escapes. */
const pointerOf = (path: readonly PropertyKey[]): string => path.map((key) => `/${shown(key)}`).join('');

type Issue = z.core.$ZodIssue;

/** zod's issue codes in the words of this API; a check of ours names its own in `params`. */
const codeOf = (issue: Issue): string => {
  switch (issue.code) {
    case 'custom':
      return typeof issue.params?.code === 'string' ? issue.params.code : 'invalid';
    case 'invalid_type':
      return issue.input === undefined ? 'required' : 'wrong_type';
    case 'invalid_value':
    case 'invalid_union':
      return issue.input === undefined ? 'required' : 'not_allowed';
    default:
      return issue.code;
  }
};

const messageOf = (issue: Issue, code: string): string => {
  if (code === 'required') return 'is required';
  if (issue.code === 'invalid_type') return `must be of type ${issue.expected}`;
  if (issue.code === 'invalid_value') return `must be one of ${issue.values.map(String).join(', ')}`;
  if (issue.code === 'invalid_union') return 'has none of the forms that fit here';
  return issue.message;
};

/** How many fields are not those of a form: missing or unknown. */
const misfits = (issues: readonly Issue[]): number =>
  issues.filter((issue) => issue.code === 'unrecognized_keys' || codeOf(issue) === 'required').length;

/** Of a value that may have several forms, what is wrong with the one that was meant: of its type, with most of its fields. */
const meant = (issue: Issue): Issue[] => {
  if (issue.code !== 'invalid_union') return [issue];
  const isOfType = (issues: readonly Issue[]) =>
    !issues.some(({ code, path }) => code === 'invalid_type' && path.length === 0);
  const [form] = issue.errors.filter(isOfType).sort((a, b) => misfits(a) - misfits(b));
  if (form === undefined) return [issue];
  return form.flatMap((found) => meant({ ...found, path: [...issue.path, ...found.path] }));
};

const faultsOf = (error: z.ZodError, where: 'body' | 'parameter'): Fault[] =>
  error.issues.flatMap(meant).flatMap((issue): Fault[] => {
    const place = (path: readonly PropertyKey[]) =>
      where === 'body' ? { pointer: pointerOf(path) } : { parameter: shown(path[0] ?? '') };
    if (issue.code === 'unrecognized_keys') {
      return issue.keys.map((key) => ({
        ...place([...issue.path, key]),
        code: where === 'body' ? 'unknown_field' : 'unknown_parameter',
        message: where === 'body' ? 'is not a field of this request' : 'is not a parameter of this address',
      }));
    }
    const code = codeOf(issue);
    return [{ ...place(issue.path), code, message: messageOf(issue, code) }];
  });

export interface Part {
  where: 'body' | 'parameter';
  schema: z.ZodType;
  value: unknown;
  /** Faults found before the schema was asked: bad escapes, repeated parameters, forbidden characters. */
  faults: readonly Fault[];
}

const placeOf = ({ pointer, parameter }: Fault): string => (pointer ?? parameter) || 'the body';

/** Parses all parts of a request; throws one `validation_failed` with every fault of every part. */
export const parseParts = (parts: readonly Part[]): unknown[] => {
  const faults: Fault[] = [];
  const parsed = parts.map(({ where, schema, value, faults: found }) => {
    // `reportInput` keeps the input on the issue, which tells a missing field from one of the wrong type.
    const result = schema.safeParse(value, { reportInput: true });
    // What was found already was left out of the value, and would be found missing.
    const places = new Set(found.map(placeOf));
    const more = result.success ? [] : faultsOf(result.error, where);
    faults.push(...found, ...more.filter((fault) => !places.has(placeOf(fault))));
    return result.data;
  });
  if (faults.length === 0) return parsed;
  const names = [...new Set(faults.map(placeOf))];
  const rest = names.length > MAX_NAMES ? ` and ${names.length - MAX_NAMES} more` : '';
  throw new Problem('validation_failed', `Not valid: ${names.slice(0, MAX_NAMES).join(', ')}${rest}.`, {
    errors: faults.slice(0, MAX_FAULTS),
  });
};

/** The query of `url`, parameter by parameter, with everything that is wrong with its form. */
export const parseQuery = (url: string): { values: Record<string, string>; faults: Fault[] } => {
  const values: Record<string, string> = Object.create(null);
  const faults: Fault[] = [];
  const start = url.indexOf('?');
  const pairs =
    start === -1
      ? []
      : url
          .slice(start + 1)
          .split('&')
          .filter((pair) => pair !== '');
  if (pairs.length > MAX_PARAMETERS) {
    return {
      values,
      faults: [{ parameter: '*', code: 'too_many', message: `at most ${MAX_PARAMETERS} parameters` }],
    };
  }
  for (const pair of pairs) {
    const [name, value] = splitPair(pair);
    if (name === undefined || value === undefined || hasForbiddenCharacters(name + value)) {
      faults.push({
        parameter: shown(name ?? ''),
        code: 'encoding_invalid',
        message: 'must be percent-encoded UTF-8 without U+0000',
      });
    } else if (name in values) {
      faults.push({ parameter: shown(name), code: 'repeated', message: 'may be given once' });
    } else if (value === '') {
      faults.push({
        parameter: shown(name),
        code: 'empty',
        message: 'may not be empty; leave it out instead',
      });
    } else {
      values[name] = normalizeText(value);
    }
  }
  return { values, faults };
};

const splitPair = (pair: string): [string | undefined, string | undefined] => {
  const at = pair.indexOf('=');
  const decode = (text: string): string | undefined => {
    try {
      return decodeURIComponent(text.replaceAll('+', ' '));
    } catch {
      return undefined;
    }
  };
  return at === -1 ? [decode(pair), ''] : [decode(pair.slice(0, at)), decode(pair.slice(at + 1))];
};

/** How deep the brackets of a JSON text go, without parsing it. */
const depthOf = (text: string): number => {
  let depth = 0;
  let deepest = 0;
  let isInText = false;
  for (let at = 0; at < text.length; at++) {
    const code = text.charCodeAt(at);
    if (isInText) {
      if (code === 92) at++;
      else if (code === 34) isInText = false;
    } else if (code === 34) isInText = true;
    else if (code === 123 || code === 91) deepest = Math.max(deepest, ++depth);
    else if (code === 125 || code === 93) depth--;
  }
  return deepest;
};

export interface JsonBody {
  value: unknown;
  faults: Fault[];
}

/** Every text of a JSON value in NFC; a fault for each that holds U+0000 or a lone surrogate, keys included. */
const normalized = (value: unknown, path: readonly string[], faults: Fault[]): unknown => {
  if (typeof value === 'string') {
    if (!hasForbiddenCharacters(value)) return normalizeText(value);
    faults.push({
      pointer: pointerOf(path),
      code: 'forbidden_character',
      message: 'may not hold U+0000 or a lone surrogate',
    });
    return '';
  }
  if (Array.isArray(value))
    return value.map((item, index) => normalized(item, [...path, String(index)], faults));
  if (typeof value !== 'object' || value === null) return value;
  const entries = Object.entries(value).flatMap(([key, item]) => {
    if (!hasForbiddenCharacters(key) && key !== '__proto__') {
      return [[normalizeText(key), normalized(item, [...path, key], faults)]];
    }
    faults.push({
      pointer: pointerOf(path),
      code: 'forbidden_key',
      message: 'has a key that is not allowed',
    });
    return [];
  });
  return Object.fromEntries(entries);
};

/** Reads a body as JSON (RFC 8259) in strict UTF-8, at most 32 deep. Throws `body_malformed`. */
export const parseJson = (bytes: Buffer): JsonBody => {
  const malformed = (detail: string) => new Problem('body_malformed', detail);
  let text: string;
  try {
    text = new TextDecoder('utf-8', { fatal: true }).decode(bytes);
  } catch {
    throw malformed('The body is not UTF-8.');
  }
  if (text.trim() === '') throw malformed('The body is empty; a JSON object is expected.');
  if (depthOf(text) > MAX_JSON_DEPTH) throw malformed(`The body is nested more than ${MAX_JSON_DEPTH} deep.`);
  let value: unknown;
  try {
    value = JSON.parse(text);
  } catch (error) {
    // The parser's own message may quote the body; the position alone helps and tells nothing.
    const position = /position (\d+)/.exec(String(error))?.[1];
    throw malformed(`The body is not JSON${position === undefined ? '' : ` (at character ${position})`}.`);
  }
  const faults: Fault[] = [];
  return { value: normalized(value, [], faults), faults };
};
