import { Body, Controller, Delete, Get, HttpCode, Param, ParseIntPipe, Put } from '@nestjs/common';
import { ApiOkResponse, ApiProperty, ApiTags } from '@nestjs/swagger';
import type { Actor } from '@jala/contracts';
import { Can, CurrentActor } from '@jala/infra/authz';
import { MAX_DEVICES } from '@jala/radius';
import { type CustomerDevices, CustomerDevicesService } from '@jala/tenant/customers';
import { ArrayMaxSize, IsArray, IsString, MaxLength } from 'class-validator';

class CustomerDeviceDto {
  @ApiProperty({ example: 'AA:BB:CC:DD:EE:FF' }) mac: string;
  @ApiProperty({ description: 'Takes one of the slots; others were only seen' }) remembered: boolean;
  @ApiProperty() online: boolean;
  @ApiProperty({ type: String, format: 'date-time', nullable: true }) last_seen_at: string | null;
}

class CustomerDevicesDto {
  @ApiProperty({ type: Number, nullable: true, description: 'How many may connect; null: any device; 0: only those remembered' })
  device_slots: number | null;
  @ApiProperty({ type: [CustomerDeviceDto], description: 'Those remembered, then others seen of late' }) devices: CustomerDeviceDto[];
}

class ReplaceDevicesDto {
  @ApiProperty({ type: [String], maxItems: MAX_DEVICES, example: ['AA:BB:CC:DD:EE:FF'] })
  @IsArray()
  @ArrayMaxSize(MAX_DEVICES)
  @IsString({ each: true })
  @MaxLength(17, { each: true })
  devices: string[];
}

@ApiTags('customers')
@Controller('tenant/customers/:id/devices')
@Can('customers.manage')
export class CustomerDevicesController {
  constructor(private readonly devices: CustomerDevicesService) {}

  @Get()
  @Can('customers.view')
  @ApiOkResponse({ type: CustomerDevicesDto })
  async list(@CurrentActor() actor: Actor, @Param('id', ParseIntPipe) id: number): Promise<CustomerDevicesDto> {
    return toDevices(await this.devices.list(actor, id));
  }

  /** Exactly these; they take slots of the plan. */
  @Put()
  @ApiOkResponse({ type: CustomerDevicesDto })
  async replace(
    @CurrentActor() actor: Actor,
    @Param('id', ParseIntPipe) id: number,
    @Body() body: ReplaceDevicesDto,
  ): Promise<CustomerDevicesDto> {
    return toDevices(await this.devices.replace(actor, id, body.devices));
  }

  /** Its place is free for the next new device, and its session is ended. Also when it was not remembered. */
  @Delete(':mac')
  @HttpCode(200)
  @ApiOkResponse({ type: CustomerDevicesDto })
  async release(
    @CurrentActor() actor: Actor,
    @Param('id', ParseIntPipe) id: number,
    @Param('mac') mac: string,
  ): Promise<CustomerDevicesDto> {
    return toDevices(await this.devices.release(actor, id, mac));
  }
}

const toDevices = ({ slots, devices }: CustomerDevices): CustomerDevicesDto => ({
  device_slots: slots,
  devices: devices.map(({ mac, remembered, online, lastSeenAt }) => ({
    mac,
    remembered,
    online,
    last_seen_at: lastSeenAt?.toISOString() ?? null,
  })),
});
