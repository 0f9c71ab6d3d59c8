import { ApiProperty } from '@nestjs/swagger';
import { TENANT_STATUSES, type TenantStatus } from '@jala/contracts';
import {
  PROVISIONING_STEPS,
  type ProvisioningStepName,
  type ProvisioningView,
  STEP_STATUSES,
  type StepStatus,
} from '@jala/central/tenants';

export class ProvisioningStepDto {
  @ApiProperty({ enum: PROVISIONING_STEPS }) name: ProvisioningStepName;
  @ApiProperty({ enum: STEP_STATUSES }) status: StepStatus;
  @ApiProperty({ type: String, format: 'date-time', nullable: true }) started_at: string | null;
  @ApiProperty({ type: String, format: 'date-time', nullable: true }) finished_at: string | null;
  @ApiProperty({ type: String, nullable: true, description: 'Why it failed, in words' }) error: string | null;
}

export class ProvisioningDto {
  @ApiProperty({ enum: TENANT_STATUSES }) status: TenantStatus;
  @ApiProperty({ type: [ProvisioningStepDto], description: 'In the order in which they are done' }) steps: ProvisioningStepDto[];
}

export const toProvisioning = ({ status, steps }: ProvisioningView): ProvisioningDto => ({
  status,
  steps: steps.map((step) => ({
    name: step.name,
    status: step.status,
    started_at: step.startedAt?.toISOString() ?? null,
    finished_at: step.finishedAt?.toISOString() ?? null,
    error: step.error,
  })),
});
