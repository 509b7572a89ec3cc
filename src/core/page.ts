// Keyset cursors: the last row's sort key and id, signed together with the list and its filters, so that a cursor
// can be neither edited nor carried to another list. Opaque to clients; not secret.
import { createHmac, timingSafeEqual } from 'node:crypto';
import { Problem } from './problem.ts';

/** Where a page ended: the sort key (a number or a string, as the list sorts) and the id that breaks ties. */
export interface Position {
  key: number | string;
  id: string;
}

export interface Page<T> {
  items: T[];
  nextCursor: string | null;
  total?: number;
  totalCapped?: boolean;
}

/** One list as asked for: its name and every filter that shapes it (not `limit`, not `cursor`). */
export interface ListIdentity {
  name: string;
  filters: Readonly<Record<string, unknown>>;
}

const SIGNATURE_BYTES = 12;

export interface Cursors {
  write(list: ListIdentity, position: Position): string;
  /** `undefined` where there is no cursor. Throws `cursor_invalid`. */
  read(list: ListIdentity, cursor: string | undefined): Position | undefined;
}

const canonical = ({ name, filters }: ListIdentity): string => {
  const given = Object.entries(filters).filter(([, value]) => value !== undefined);
  return JSON.stringify([name, given.sort(([a], [b]) => (a < b ? -1 : 1))]);
};

/** Cursors signed with `secret`. */
export const createCursors = (secret: string): Cursors => {
  const sign = (list: ListIdentity, payload: string): Buffer =>
    createHmac('sha256', secret)
      .update(`cursor\n${canonical(list)}\n${payload}`)
      .digest()
      .subarray(0, SIGNATURE_BYTES);

  return {
    write(list, { key, id }) {
      const payload = JSON.stringify([key, id]);
      return Buffer.concat([sign(list, payload), Buffer.from(payload)]).toString('base64url');
    },
    read(list, cursor) {
      if (cursor === undefined) return undefined;
      const bytes = Buffer.from(cursor, 'base64url');
      const payload = bytes.subarray(SIGNATURE_BYTES).toString();
      const signature = bytes.subarray(0, SIGNATURE_BYTES);
      const isOurs = signature.length === SIGNATURE_BYTES && timingSafeEqual(signature, sign(list, payload));
      // base64url has several spellings of one value; only the one we wrote is ours.
      if (!isOurs || bytes.toString('base64url') !== cursor) {
        throw new Problem('cursor_invalid', 'The cursor does not belong to this list with these filters.', {
          errors: [{ parameter: 'cursor', code: 'cursor_invalid', message: 'is not a cursor of this list' }],
        });
      }
      const [key, id]: [number | string, string] = JSON.parse(payload);
      return { key, id };
    },
  };
};

/** What every list is asked for. */
export interface PageQuery {
  limit?: number | undefined;
  cursor?: string | undefined;
  total?: boolean | undefined;
}

export const DEFAULT_LIMIT = 20;

/** How far a total is counted. */
export const COUNTED_ITEMS = 10_000;

export interface ListSource<Row> extends ListIdentity {
  /** At most `count` rows that come after `from`, in the order of the list. */
  rows(from: Position | undefined, count: number): Promise<Row[]>;
  positionOf(row: Row): Position;
  /** How many rows the list has, counted no further than `most`. */
  count(most: number): Promise<number>;
}

/** One page of a list. Throws `cursor_invalid`. */
export const readPage = async <Row>(
  cursors: Cursors,
  { limit = DEFAULT_LIMIT, cursor, total = false }: PageQuery,
  source: ListSource<Row>,
): Promise<Page<Row>> => {
  // The row beyond the limit only proves that there is a next page.
  const rows = await source.rows(cursors.read(source, cursor), limit + 1);
  const items = rows.slice(0, limit);
  const last = rows.length > limit ? items.at(-1) : undefined;
  const nextCursor = last === undefined ? null : cursors.write(source, source.positionOf(last));
  const page: Page<Row> = { items, nextCursor };
  if (!total) return page;
  const counted = await source.count(COUNTED_ITEMS + 1);
  return counted > COUNTED_ITEMS
    ? { ...page, total: COUNTED_ITEMS, totalCapped: true }
    : { ...page, total: counted };
};

/** The same page, each item seen through `view`. */
export const mapPage = <Row, View>(page: Page<Row>, view: (row: Row) => View): Page<View> => ({
  ...page,
  items: page.items.map(view),
});
