// SPDX-License-Identifier: MIT OR GPL-2.0
/*
 * Chips for the kernel laboratory: a PWM chip that keeps what it is told, and an SPI bus with a chip
 * select that spidev takes. What user programs see of both is the kernel's own code.
 *
 * The SPI chip answers each byte with its complement plus how many bytes came before it since chip
 * select fell.
 */
#include <linux/module.h>
#include <linux/platform_device.h>
#include <linux/pwm.h>
#include <linux/spi/spi.h>

static struct platform_device *pwm_device;
static struct platform_device *spi_device_parent;
static struct spi_controller *controller;
static u8 bytes_since_select;

static int keep(struct pwm_chip *chip, struct pwm_device *pwm, const struct pwm_state *state)
{
	return 0;
}

static const struct pwm_ops pwm_ops = { .apply = keep, .owner = THIS_MODULE };
static struct pwm_chip pwm_chip = { .ops = &pwm_ops, .npwm = 2 };

static void set_select(struct spi_device *spi, bool is_high)
{
	bytes_since_select = 0;
}

static int exchange(struct spi_controller *of, struct spi_device *spi, struct spi_transfer *transfer)
{
	const u8 *sent = transfer->tx_buf;
	u8 *received = transfer->rx_buf;
	unsigned int n;

	for (n = 0; n < transfer->len; n++) {
		if (received)
			received[n] = ~(sent ? sent[n] : 0) + bytes_since_select;
		bytes_since_select++;
	}
	return 0;
}

static int add_pwm(void)
{
	pwm_device = platform_device_register_simple("fe20c000.pwm", PLATFORM_DEVID_NONE, NULL, 0);
	if (IS_ERR(pwm_device))
		return PTR_ERR(pwm_device);
	pwm_chip.dev = &pwm_device->dev;
	return pwmchip_add(&pwm_chip);
}

static int add_spi(void)
{
	/* A name that spidev binds to by itself. */
	struct spi_board_info chip = { .modalias = "dh2228fv", .max_speed_hz = 10000000 };
	int result;

	spi_device_parent = platform_device_register_simple("lab-spi", PLATFORM_DEVID_NONE, NULL, 0);
	if (IS_ERR(spi_device_parent))
		return PTR_ERR(spi_device_parent);
	controller = spi_alloc_master(&spi_device_parent->dev, 0);
	if (!controller)
		return -ENOMEM;
	controller->bus_num = 0;
	controller->num_chipselect = 1;
	controller->mode_bits = SPI_CPOL | SPI_CPHA;
	controller->bits_per_word_mask = SPI_BPW_MASK(8);
	controller->max_speed_hz = 10000000;
	controller->set_cs = set_select;
	controller->transfer_one = exchange;
	result = spi_register_controller(controller);
	if (result)
		return result;
	return spi_new_device(controller, &chip) ? 0 : -ENODEV;
}

static int __init lab_chips_init(void)
{
	int result = add_pwm();

	return result ? result : add_spi();
}

module_init(lab_chips_init);
MODULE_LICENSE("Dual MIT/GPL");
MODULE_DESCRIPTION("Simulated PWM and SPI chips of the kernel laboratory");
