import { loadFolder } from '../folder.ts';

await loadFolder(import.meta.url);
