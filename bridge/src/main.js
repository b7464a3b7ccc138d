import './silence.js';
import { readConfig } from './config.js';
import { asRefusal } from './errors.js';
import { Deliveries } from './deliveries.js';
import { harden } from './harden.js';
import { Link } from './link.js';
import { makeLog } from './log.js';
import { MediaFiles } from './media.js';
import { Pool } from './pool.js';
import { leaveOtherSessionsAlone } from './ratchet.js';
import { Sessions } from './sessions.js';

/** Exit codes of PROTOCOL.md. */
const STOPPED = 0;
const CRASHED = 1;
const MISMATCH = 4;

const HELLO_MS = 30_000;
const DOWNLOADS_AT_ONCE = 4;

let log = makeLog('info');
/** @type {Sessions | null} */
let sessions = null;

const link = Link.inherited({
  onEnd: () => process.exit(STOPPED), // the daemon is gone: so are we, at once
  onFault: (error) => {
    log.fatal({ err: error.message }, 'the daemon does not speak the protocol');
    process.exit(MISMATCH);
  },
});

const impatience = setTimeout(() => process.exit(MISMATCH), HELLO_MS);

link.handle('hello', (raw) => {
  clearTimeout(impatience);
  try {
    const config = readConfig(raw);
    log = makeLog(config.log.level);
    harden(config);
    leaveOtherSessionsAlone();
    if (config.testServer) {
      log.warn(
        { root: config.serverRoot ? 'named' : 'any' },
        'a test server stands in for WhatsApp',
      );
    }
    const deliveries = new Deliveries(link, log);
    const media = new MediaFiles(config);
    const downloads = new Pool(DOWNLOADS_AT_ONCE);
    sessions = new Sessions({ link, config, log, deliveries, media, downloads });
    sessions.serve(link);
    return { protocol: 1, node: process.version, pid: process.pid };
  } catch (error) {
    log.fatal(asRefusal(error), 'hello refused');
    setTimeout(() => process.exit(MISMATCH), 100); // the answer leaves first
    throw error;
  }
});

link.handle('stop', async () => {
  await sessions?.stopAll();
  setTimeout(() => process.exit(STOPPED), 20);
});

process.on('SIGTERM', async () => {
  await sessions?.stopAll();
  process.exit(STOPPED);
});
process.on('SIGINT', () => {}); // Ctrl-C reaches the whole group: the daemon decides
process.on('unhandledRejection', (error) => {
  const { message, stack } = /** @type {Error} */ (error ?? {});
  log.error({ err: message ?? String(error), stack }, 'a promise was rejected unseen');
});
process.on('uncaughtException', (error) => {
  log.fatal({ err: error.message, stack: error.stack }, 'crashed');
  process.exit(CRASHED);
});
