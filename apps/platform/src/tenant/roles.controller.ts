import { Body, Controller, Get, Param, Put } from '@nestjs/common';
import { ApiOkResponse, ApiProperty, ApiTags } from '@nestjs/swagger';
import { type Actor, TENANT_PERMISSIONS, type TenantPermission } from '@jala/contracts';
import { Can, CurrentActor } from '@jala/infra/authz';
import { RolesService } from '@jala/tenant/staff';
import { ArrayUnique, IsArray, IsIn } from 'class-validator';
import { RoleMatrixDto } from '../http/role-matrix.dto';

class ShapeRoleDto {
  @ApiProperty({ enum: TENANT_PERMISSIONS, isArray: true })
  @IsArray()
  @ArrayUnique()
  @IsIn(TENANT_PERMISSIONS, { each: true })
  permissions: TenantPermission[];
}

@ApiTags('staff')
@Controller('tenant/roles')
export class RolesController {
  constructor(private readonly roles: RolesService) {}

  @Get()
  @Can('staff.view')
  @ApiOkResponse({ type: RoleMatrixDto })
  matrix(): Promise<RoleMatrixDto> {
    return this.roles.list();
  }

  /** What people with this role may do from now on. Only the owner changes it; what manages something also sees it. */
  @Put(':role')
  @Can('staff.manage')
  @ApiOkResponse({ type: RoleMatrixDto })
  async shape(@CurrentActor() actor: Actor, @Param('role') role: string, @Body() body: ShapeRoleDto): Promise<RoleMatrixDto> {
    await this.roles.shape(actor, role, body.permissions);
    return this.roles.list();
  }
}
