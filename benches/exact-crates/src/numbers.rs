//! The operations that the kernels use, in each crate's own way.

use std::fmt::Display;

/// An integer. Machine integers must stop on overflow.
pub trait Integer: Clone + Ord + Display {
    fn new(value: i64) -> Self;
    /// `self += a * b`
    fn add_product(&mut self, a: &Self, b: &Self);
    /// `a * b - c * d`
    fn cross(a: &Self, b: &Self, c: &Self, d: &Self) -> Self;
    fn shl(&self, bits: usize) -> Self;
    /// Division by `2^bits`, rounded down.
    fn floor_shr(&self, bits: usize) -> Self;
    fn neg(&self) -> Self;
    /// Division without remainder.
    fn div_exact(&self, divisor: &Self) -> Self;
}

pub trait Rational: Clone + PartialOrd + Display {
    fn new(numerator: i64, denominator: i64) -> Self;
    fn add_product(&mut self, a: &Self, b: &Self);
    fn sub_product(&mut self, a: &Self, b: &Self);
    fn div(&self, divisor: &Self) -> Self;
    fn mul_assign(&mut self, factor: &Self);
    fn is_zero(&self) -> bool;
}

/// Crates whose operators take references and give numbers.
macro_rules! plain_operators {
    ($integer:ty, $rational:ty, $div_exact:expr, $ratio:expr, $zero:expr) => {
        impl Integer for $integer {
            fn new(value: i64) -> Self {
                <$integer>::from(value)
            }
            fn add_product(&mut self, a: &Self, b: &Self) {
                *self += a * b;
            }
            fn cross(a: &Self, b: &Self, c: &Self, d: &Self) -> Self {
                a * b - c * d
            }
            fn shl(&self, bits: usize) -> Self {
                self << bits
            }
            fn floor_shr(&self, bits: usize) -> Self {
                self >> bits
            }
            fn neg(&self) -> Self {
                -self
            }
            fn div_exact(&self, divisor: &Self) -> Self {
                $div_exact(self, divisor)
            }
        }

        impl Rational for $rational {
            fn new(numerator: i64, denominator: i64) -> Self {
                $ratio(numerator, denominator)
            }
            fn add_product(&mut self, a: &Self, b: &Self) {
                *self += a * b;
            }
            fn sub_product(&mut self, a: &Self, b: &Self) {
                *self -= a * b;
            }
            fn div(&self, divisor: &Self) -> Self {
                self / divisor
            }
            fn mul_assign(&mut self, factor: &Self) {
                *self *= factor;
            }
            fn is_zero(&self) -> bool {
                $zero(self)
            }
        }
    };
}

mod dashu {
    use super::{Integer, Rational};
    use dashu_int::{IBig, UBig};
    use dashu_ratio::RBig;
    plain_operators!(
        IBig,
        RBig,
        |a: &IBig, b: &IBig| a / b,
        |n: i64, d: i64| RBig::from_parts(n.into(), UBig::from(d.unsigned_abs())),
        |x: &RBig| RBig::is_zero(x)
    );
}

mod num {
    use super::{Integer, Rational};
    use num_bigint::BigInt;
    use num_rational::BigRational;
    use num_traits::Zero;
    plain_operators!(
        BigInt,
        BigRational,
        |a: &BigInt, b: &BigInt| a / b,
        |n: i64, d: i64| BigRational::new(n.into(), d.into()),
        |x: &BigRational| Zero::is_zero(x)
    );
}

mod malachite {
    use malachite_base::num::arithmetic::traits::{AddMulAssign, DivExact};
    use malachite_base::num::basic::traits::Zero;
    use malachite_nz::integer::Integer;
    use malachite_q::Rational;

    impl super::Integer for Integer {
        fn new(value: i64) -> Self {
            Integer::from(value)
        }
        fn add_product(&mut self, a: &Self, b: &Self) {
            self.add_mul_assign(a, b);
        }
        fn cross(a: &Self, b: &Self, c: &Self, d: &Self) -> Self {
            a * b - c * d
        }
        fn shl(&self, bits: usize) -> Self {
            self << bits
        }
        fn floor_shr(&self, bits: usize) -> Self {
            self >> bits
        }
        fn neg(&self) -> Self {
            -self
        }
        fn div_exact(&self, divisor: &Self) -> Self {
            DivExact::div_exact(self, divisor)
        }
    }
    impl super::Rational for Rational {
        fn new(numerator: i64, denominator: i64) -> Self {
            Rational::from_signeds(numerator, denominator)
        }
        fn add_product(&mut self, a: &Self, b: &Self) {
            *self += a * b;
        }
        fn sub_product(&mut self, a: &Self, b: &Self) {
            *self -= a * b;
        }
        fn div(&self, divisor: &Self) -> Self {
            self / divisor
        }
        fn mul_assign(&mut self, factor: &Self) {
            *self *= factor;
        }
        fn is_zero(&self) -> bool {
            *self == Rational::ZERO
        }
    }
}

#[cfg(feature = "gmp")]
mod rug_gmp {
    use rug::{Integer, Rational};

    impl super::Integer for Integer {
        fn new(value: i64) -> Self {
            Integer::from(value)
        }
        fn add_product(&mut self, a: &Self, b: &Self) {
            *self += a * b;
        }
        fn cross(a: &Self, b: &Self, c: &Self, d: &Self) -> Self {
            let mut value = Integer::from(a * b);
            value -= c * d;
            value
        }
        fn shl(&self, bits: usize) -> Self {
            Integer::from(self << bits)
        }
        fn floor_shr(&self, bits: usize) -> Self {
            Integer::from(self >> bits)
        }
        fn neg(&self) -> Self {
            Integer::from(-self)
        }
        fn div_exact(&self, divisor: &Self) -> Self {
            Integer::from(self.div_exact_ref(divisor))
        }
    }
    impl super::Rational for Rational {
        fn new(numerator: i64, denominator: i64) -> Self {
            Rational::from((numerator, denominator))
        }
        fn add_product(&mut self, a: &Self, b: &Self) {
            *self += Rational::from(a * b);
        }
        fn sub_product(&mut self, a: &Self, b: &Self) {
            *self -= Rational::from(a * b);
        }
        fn div(&self, divisor: &Self) -> Self {
            Rational::from(self / divisor)
        }
        fn mul_assign(&mut self, factor: &Self) {
            *self *= factor;
        }
        fn is_zero(&self) -> bool {
            Rational::is_zero(self)
        }
    }
}

impl Integer for i128 {
    fn new(value: i64) -> Self {
        value.into()
    }
    fn add_product(&mut self, a: &Self, b: &Self) {
        *self = a
            .checked_mul(*b)
            .and_then(|p| self.checked_add(p))
            .expect(OVERFLOW);
    }
    fn cross(a: &Self, b: &Self, c: &Self, d: &Self) -> Self {
        let left = a.checked_mul(*b).expect(OVERFLOW);
        c.checked_mul(*d)
            .and_then(|right| left.checked_sub(right))
            .expect(OVERFLOW)
    }
    fn shl(&self, bits: usize) -> Self {
        self.checked_mul(1 << bits).expect(OVERFLOW)
    }
    fn floor_shr(&self, bits: usize) -> Self {
        self >> bits
    }
    fn neg(&self) -> Self {
        self.checked_neg().expect(OVERFLOW)
    }
    fn div_exact(&self, divisor: &Self) -> Self {
        self / divisor
    }
}

const OVERFLOW: &str = "the kernel fits in 128 bits";
