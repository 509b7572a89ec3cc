// Which address may stand in an iframe: an https page of an allowed host, or the player behind a link that people copy
// from YouTube or Vimeo.

const YOUTUBE = 'www.youtube-nocookie.com';
const VIMEO = 'player.vimeo.com';

/** What `EMBED_HOSTS` is when nothing is set. */
export const DEFAULT_EMBED_HOSTS: ReadonlySet<string> = new Set([YOUTUBE, VIMEO, 'datawrapper.dwcdn.net']);

const YOUTUBE_HOST = /^(?:(?:www\.|m\.|music\.)?youtube\.com|(?:www\.)?youtu\.be)$/;
const YOUTUBE_PATH = /^\/(?:(?:shorts|live|embed|v)\/)?([\w-]{6,32})\/?$/;
const VIMEO_HOST = /^(?:www\.)?vimeo\.com$/;
/** `/ID`, and `/ID/HASH` of a film that is not listed. */
const VIMEO_PATH = /^\/(\d+)(?:\/([\da-f]+))?\/?$/;

const youtubePlayer = ({ host, pathname, searchParams }: URL): string | undefined => {
  if (!YOUTUBE_HOST.test(host)) return undefined;
  const path = pathname === '/watch' ? `/${searchParams.get('v') ?? ''}` : pathname;
  const id = YOUTUBE_PATH.exec(path)?.[1];
  return id === undefined ? undefined : `https://${YOUTUBE}/embed/${id}`;
};

const vimeoPlayer = ({ host, pathname }: URL): string | undefined => {
  const [, id, hash] = (VIMEO_HOST.test(host) && VIMEO_PATH.exec(pathname)) || [];
  if (id === undefined) return undefined;
  return `https://${VIMEO}/video/${id}${hash === undefined ? '' : `?h=${hash}`}`;
};

/** What to put into an iframe for `link`, an absolute address; `undefined` when that may not be embedded. */
export const embedAddress = (link: string, hosts: ReadonlySet<string>): string | undefined => {
  const address = link.startsWith('//') ? `https:${link}` : link;
  if (!/^https?:\/\/\S+$/i.test(address) || !URL.canParse(address)) return undefined;
  const url = new URL(address);
  if (url.username !== '' || url.password !== '') return undefined;
  const player =
    (hosts.has(YOUTUBE) && youtubePlayer(url)) || (hosts.has(VIMEO) && vimeoPlayer(url)) || undefined;
  return player ?? (url.protocol === 'https:' && hosts.has(url.host) ? url.href : undefined);
};
