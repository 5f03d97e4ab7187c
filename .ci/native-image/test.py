"""Tests of the comparison: python3 .ci/native-image/test.py"""

import unittest

import compare

RECORD = """class java/lang/Class
method Ljava/lang/Class; forName (Ljava/lang/String;ZLjava/lang/ClassLoader;)Ljava/lang/Class;
native Lafrica/lomi/internal/Native; load ()Ljava/lang/String;
method Lafrica/lomi/internal/Native; completed (J[B)V
"""
JNI = [
    {
        "name": "java.lang.Class",
        "methods": [{"name": "forName", "parameterTypes": ["java.lang.String", "boolean", "java.lang.ClassLoader"]}],
    },
    {
        "name": "africa.lomi.internal.Native",
        "methods": [{"name": "completed", "parameterTypes": ["long", "byte[]"]}],
    },
]
REFLECTION = [{"name": "africa.lomi.internal.Native"}]


class Comparison(unittest.TestCase):
    def test_equal(self):
        self.assertEqual(compare.differences(RECORD, JNI, REFLECTION), [])

    def test_a_method_that_is_not_named(self):
        more = RECORD + "method Ljava/lang/Class; getName ()Ljava/lang/String;\n"
        self.assertIn("not named", compare.differences(more, JNI, REFLECTION)[0])

    def test_another_overload_is_not_named(self):
        other = RECORD.replace("(J[B)V", "(J[[B)V")
        self.assertEqual(len(compare.differences(other, JNI, REFLECTION)), 2)

    def test_a_method_that_nothing_looks_up(self):
        less = "".join(line for line in RECORD.splitlines(True) if "completed" not in line)
        self.assertIn("not looked up", compare.differences(less, JNI, REFLECTION)[0])

    def test_a_class_without_reflection(self):
        self.assertIn("reflect-config", compare.differences(RECORD, JNI, [])[0])

    def test_an_empty_record(self):
        self.assertIn("not loaded", compare.differences("", JNI, REFLECTION)[0])

    def test_a_field(self):
        with self.assertRaises(ValueError):
            compare.differences(RECORD + "field Ljava/lang/Class; name I\n", JNI, REFLECTION)


if __name__ == "__main__":
    unittest.main()
