export { LiveSessionsService } from './live-sessions.service';
export { SessionsModule } from './sessions.module';
export { type LoginView, type OnlineCount, type SessionFilterInput, SessionsService, type SessionView } from './sessions.service';
