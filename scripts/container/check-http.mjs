/** Health check of a container: node check-http.mjs <port> <path> */
import { answersHttp } from '../lib/application.mjs';

process.exitCode = (await answersHttp(Number(process.argv[2]), process.argv[3] ?? '/')) ? 0 : 1;
