export { type LoginBacklog, loginBacklog, LoginFiles } from './login-files';
export type { LoginRecord } from './login-line';
export { LoginLoader, type LoadOptions } from './login-loader';
export { insertLogins, LoginRows } from './login-rows.repository';
export { type LoginSink, LoginStore } from './login-store';
export { rejectWord } from './reject-words';
