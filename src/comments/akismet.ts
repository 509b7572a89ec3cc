// A second opinion from an Akismet-compatible service (POST comment-check, https://akismet.com/developers), off unless
// configured. It is told the name, the website, the text, the browser and the network of a reader: never the e-mail,
// never the whole address. What it does not answer in time waits for a moderator; nothing is published for its silence.
import type { Log } from '../context.ts';
import type { Sender } from './sender.ts';

export type Opinion = 'ham' | 'spam' | 'unavailable';

export interface Asked {
  authorName: string;
  authorUrl: string | null;
  body: string;
  sender: Pick<Sender, 'addressPrefix' | 'agent'>;
}

export interface AkismetDeps {
  /** The whole address of its `comment-check`. */
  url: string;
  key: string;
  /** This site, as the service knows it. */
  site: string;
  timeoutMs?: number;
}

/** Longer than any answer worth waiting for. */
const TIMEOUT_MS = 2_000;

export const createAkismet =
  ({ url, key, site, timeoutMs = TIMEOUT_MS }: AkismetDeps) =>
  async ({ authorName, authorUrl, body, sender }: Asked, log: Log): Promise<Opinion> => {
    const fields = new URLSearchParams({
      api_key: key,
      blog: site,
      blog_charset: 'UTF-8',
      comment_type: 'comment',
      user_ip: sender.addressPrefix?.replace(/\/\d+$/, '') ?? '',
      user_agent: sender.agent ?? '',
      comment_author: authorName,
      comment_author_url: authorUrl ?? '',
      comment_content: body,
    });
    try {
      const answer = await fetch(url, {
        method: 'POST',
        body: fields,
        // Wherever it would lead, the text was not meant for there.
        redirect: 'error',
        signal: AbortSignal.timeout(timeoutMs),
      });
      const text = (await answer.text()).trim();
      if (answer.ok && text === 'true') return 'spam';
      if (answer.ok && text === 'false') return 'ham';
      log.warn({ status: answer.status }, 'the spam service gave no opinion');
    } catch (error) {
      log.warn({ err: error }, 'the spam service could not be asked');
    }
    return 'unavailable';
  };
