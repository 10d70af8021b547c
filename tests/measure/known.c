/* Functions whose longest path is known: `far` walks it. */
typedef unsigned int u32;

u32 first(u32 x);
u32 first(u32 x)
{
	return x + 1;
}

u32 table[31 * 256], sink;

u32 dot(u32 far);
u32 dot(u32 far)
{
	u32 sum = far;

	for (u32 o = 0; o < 256; o++)
		for (u32 i = 0; i < 31; i++)
			sum += table[o * 31 + i] * i;
	return sum;
}

u32 early(u32 far);
u32 early(u32 far)
{
	for (u32 i = 0; i < 100; i++) {
		if (table[i] != 0 && !far)
			return i;
		sink += table[i] / (i + 3);
	}
	return 100;
}

u32 branches(u32 far);
u32 branches(u32 far)
{
	if (!far)
		return 0;
	for (u32 i = 0; i < 7; i++) {
		if (table[i] > 1000)
			sink = 0;
		else
			sink = sink * 31 / (i + 7) + table[i];
	}
	return sink;
}

u32 callee(u32 x);
__attribute__((noinline)) u32 callee(u32 x)
{
	for (u32 i = 0; i < 10; i++)
		sink += x / (i + 1);
	return sink;
}

u32 calls(u32 far);
u32 calls(u32 far)
{
	u32 sum = 0;

	for (u32 i = 0; i < 5; i++)
		sum += callee(i + far);
	return sum;
}

u32 unbounded(u32 far);
u32 unbounded(u32 far)
{
	u32 n = 0;

	for (u32 i = 0; i < sink; i++)
		n += table[i % 7] / (far + 1);
	return n;
}

void elsewhere(void);
u32 outside(u32 far);
u32 outside(u32 far)
{
	elsewhere();
	return far;
}

u32 last(u32 x);
u32 last(u32 x)
{
	return x;
}
