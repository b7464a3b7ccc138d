import { createHash } from 'node:crypto';
import { mkdir, open, readdir, rename, rm } from 'node:fs/promises';
import { join } from 'node:path';
import { downloadContentFromMessage } from 'baileys';
import { BridgeError } from './errors.js';
import { isLoopback } from './config.js';

/** @typedef {import('./config.js').Config} Config */
/** @typedef {import('./normalise.js').Media} Media */
/** @typedef {{part: any, type: 'image' | 'video' | 'audio' | 'document' | 'sticker'}} Part */

const OFFICIAL_HOST = /^(?:[a-z0-9-]+\.)*whatsapp\.net$/;
const TRIES = 3;

/**
 * The url in a message is its sender's word: only WhatsApp's own hosts are ever asked.
 * @param {any} part
 * @param {boolean} testServer
 */
export function mediaHost(part, testServer) {
  if (!part.url) return undefined; // Baileys' default host, with the direct path
  const { protocol, hostname, host } = new URL(part.url);
  const ours = OFFICIAL_HOST.test(hostname) || (testServer && isLoopback(hostname));
  if (protocol !== 'https:' || !ours) {
    throw new BridgeError('media_host_refused', 'the media is not on a WhatsApp host');
  }
  return host;
}

/** Downloads media into files that only the daemon's user can read. */
export class MediaFiles {
  /** @param {Pick<Config, 'mediaDir' | 'testServer' | 'limits'>} config */
  constructor(config) {
    this.config = config;
  }

  /**
   * Fetch, decrypt, check and store. The file is named by its content, so that a repeated download
   * ends in the same file. Never throws: a message without its media is still a message.
   * @param {string} session
   * @param {Part} found
   * @param {Media} media
   * @param {(part: any) => Promise<boolean>} [renew] ask the phone to upload it again; true when it did
   * @returns {Promise<Media>}
   */
  async fetch(session, found, media, renew) {
    if (media.bytes > this.config.limits.mediaBytes) return { ...media, error: 'too_large' };
    let renewed = false;
    for (let attempt = 1; ; attempt++) {
      try {
        return { ...media, ...(await this.#store(session, found, media)), error: null };
      } catch (error) {
        const code = problem(error);
        if (code === 'gone' && renew && !renewed && (await renew(found.part).catch(() => false))) {
          renewed = true;
          continue;
        }
        if (attempt >= TRIES || code !== 'failed') return { ...media, error: code };
        await new Promise((resolve) => setTimeout(resolve, 250 * 4 ** attempt));
      }
    }
  }

  /**
   * Remove what an earlier run of the bridge had begun to download when it was killed.
   * @param {string} session
   */
  async tidy(session) {
    const folder = join(this.config.mediaDir, session);
    const names = await readdir(folder).catch(() => []); // most often there is no folder yet
    const stale = names.filter((name) => name.startsWith('.') && name.endsWith('.part'));
    await Promise.all(stale.map((name) => rm(join(folder, name), { force: true })));
  }

  /**
   * @param {string} session
   * @param {Part} found
   * @param {Media} media
   */
  async #store(session, { part, type }, media) {
    const host = mediaHost(part, this.config.testServer);
    const folder = join(this.config.mediaDir, session);
    await mkdir(folder, { recursive: true, mode: 0o700 });
    const partial = join(folder, `.${process.pid}-${Math.random().toString(36).slice(2)}.part`);
    try {
      const stream = await downloadContentFromMessage(part, type, host ? { host } : {});
      const { bytes, sha256 } = await write(stream, partial, this.config.limits.mediaBytes);
      if (part.fileSha256?.length && Buffer.from(part.fileSha256).toString('hex') !== sha256) {
        throw new BridgeError('media_corrupt', 'the media is not what its sender hashed');
      }
      const path = join(folder, sha256 + extension(media.mime));
      await rename(partial, path);
      return { path, bytes, sha256 };
    } catch (error) {
      await rm(partial, { force: true });
      throw error;
    }
  }
}

/**
 * @param {AsyncIterable<Buffer>} stream
 * @param {string} path
 * @param {number} limit
 */
async function write(stream, path, limit) {
  const file = await open(path, 'wx', 0o600);
  const hash = createHash('sha256');
  let bytes = 0;
  try {
    for await (const chunk of stream) {
      bytes += chunk.length;
      if (bytes > limit) throw new BridgeError('media_too_large', 'the media is over the limit');
      hash.update(chunk);
      await file.write(chunk);
    }
    await file.sync();
  } finally {
    await file.close();
  }
  return { bytes, sha256: hash.digest('hex') };
}

/**
 * @param {unknown} error
 * @returns {'too_large' | 'corrupt' | 'refused' | 'gone' | 'failed'}
 */
function problem(error) {
  if (error instanceof BridgeError) {
    if (error.code === 'media_too_large') return 'too_large';
    return error.code === 'media_corrupt' ? 'corrupt' : 'refused';
  }
  const { output, code } = /** @type {any} */ (error ?? {});
  if ([403, 404, 410].includes(output?.statusCode)) return 'gone';
  if (typeof code === 'string' && code.startsWith('ERR_OSSL')) return 'corrupt';
  return 'failed';
}

/** @type {Record<string, string>} */
const EXTENSIONS = {
  'image/jpeg': '.jpg',
  'image/png': '.png',
  'image/webp': '.webp',
  'audio/ogg': '.ogg',
  'audio/mpeg': '.mp3',
  'audio/mp4': '.m4a',
  'video/mp4': '.mp4',
  'application/pdf': '.pdf',
};

/** @param {string} mime */
const extension = (mime) => EXTENSIONS[mime.split(';')[0].trim().toLowerCase()] ?? '.bin';
