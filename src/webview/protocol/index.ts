export { CallError, HostClient, panelError } from './hostClient.js';
