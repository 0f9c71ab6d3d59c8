import { Module } from '@nestjs/common';
import { RadiusModule } from '@jala/radius';
import { CustomersModule } from '@jala/tenant/customers';
import { RoutersModule } from '@jala/tenant/routers';
import { ServicePlansModule } from '@jala/tenant/service-plans';
import { ChangesRepository } from './changes.repository';
import { CoaAnswersRepository } from './coa-answers.repository';
import { DiagnosisService } from './diagnosis.service';
import { TimelineService } from './timeline.service';

@Module({
  imports: [RadiusModule, CustomersModule, RoutersModule, ServicePlansModule],
  providers: [ChangesRepository, CoaAnswersRepository, TimelineService, DiagnosisService],
  exports: [TimelineService, DiagnosisService],
})
export class TimelineModule {}
