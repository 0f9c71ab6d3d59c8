export { DIAGNOSES, type DiagnosisCode } from './diagnosis.rules';
export { DiagnosisService, type DiagnosisView } from './diagnosis.service';
export { TimelineModule } from './timeline.module';
export { POSITION, TIMELINE_KINDS } from './timeline.rules';
export { type LoginsRequest, type TimelineRequest, TimelineService } from './timeline.service';
export type { CoaAnswerNote, FieldChange, StatusChange, TimelineEntry, TimelineKind, TimelinePage } from './timeline.types';
