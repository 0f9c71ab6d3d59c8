import { ApiProperty } from '@nestjs/swagger';

export class RoleDto {
  @ApiProperty() role: string;
  @ApiProperty({ type: [String] }) permissions: readonly string[];
  @ApiProperty({ description: 'Whether the owner may change it' }) editable: boolean;
}

export class RoleMatrixDto {
  @ApiProperty({ type: [RoleDto] }) roles: readonly RoleDto[];
  @ApiProperty({ type: [String], description: 'Everything there is to grant' }) permissions: readonly string[];
}
