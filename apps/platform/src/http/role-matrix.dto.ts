import { ApiProperty } from '@nestjs/swagger';
import { PLATFORM_PERMISSIONS, TENANT_PERMISSIONS } from '@jala/contracts';

const PERMISSIONS = [...PLATFORM_PERMISSIONS, ...TENANT_PERMISSIONS];

export class RoleDto {
  @ApiProperty() role: string;
  @ApiProperty({ enum: PERMISSIONS, enumName: 'Permission', isArray: true }) permissions: readonly string[];
  @ApiProperty({ description: 'Whether the owner may change it' }) editable: boolean;
}

export class RoleMatrixDto {
  @ApiProperty({ type: [RoleDto] }) roles: readonly RoleDto[];
  @ApiProperty({ enum: PERMISSIONS, enumName: 'Permission', isArray: true, description: 'Everything there is to grant' })
  permissions: readonly string[];
}
