/* Small and complete: everything proves. */
typedef unsigned u32;
struct box {
	u32 at[4];
	u32 n;
};
/*@ requires valid: \valid(b);
    requires room: b->n < 4;
    assigns b->at[b->n], b->n;
    ensures grown: b->n == \old(b->n) + 1;
    ensures kept: b->at[\old(b->n)] == x;
*/
static inline void put(struct box *b, u32 x)
{
	b->at[b->n] = x;
	b->n++;
}
/*@ requires valid: \valid(b);
    assigns *b;
    ensures one: b->n == 1;
*/
void fill(struct box *b)
{
	b->n = 0;
	put(b, 7);
}
