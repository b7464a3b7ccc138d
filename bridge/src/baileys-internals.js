/**
 * The one thing taken from inside Baileys: its package exports everything but this factory, which is
 * the default of a socket option that it does export.
 */
import { DEFAULT_CONNECTION_CONFIG } from 'baileys';

/** @type {import('baileys').SocketConfig['makeSignalRepository']} */
export const makeLibSignalRepository = DEFAULT_CONNECTION_CONFIG.makeSignalRepository;
