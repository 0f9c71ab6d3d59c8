import { Controller, Get } from '@nestjs/common';
import { ApiOkResponse, ApiTags } from '@nestjs/swagger';
import { PLATFORM_PERMISSIONS } from '@jala/contracts';
import { PlatformStaffService } from '@jala/central/staff';
import { Can } from '@jala/infra/authz';
import { RoleMatrixDto } from '../http/role-matrix.dto';

@ApiTags('platform users')
@Controller('platform/roles')
export class PlatformRolesController {
  constructor(private readonly staff: PlatformStaffService) {}

  /** What each role of the platform may do. These roles are fixed. */
  @Get()
  @Can('platform_users.view')
  @ApiOkResponse({ type: RoleMatrixDto })
  matrix(): RoleMatrixDto {
    return { roles: this.staff.roles(), permissions: PLATFORM_PERMISSIONS };
  }
}
