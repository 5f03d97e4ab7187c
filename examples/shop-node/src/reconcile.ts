// Brings the events that no webhook has brought, once. Run it at every start and every few minutes, by cron.

import { LomiClient } from 'lomi';
import { inbox, onEvent } from './orders.js';

const MONTH = 30 * 24 * 60 * 60 * 1000; // for the first run; later ones continue where the last one ended

const handled = await inbox.reconcile(new LomiClient(), onEvent, { since: new Date(Date.now() - MONTH) });
console.log(`${handled} events were handed over`);
