"""Who plays: people of the sample company."""

OPERATOR = "zhang-wei"  # on shift in the watch room: five minutes at any hour (5.3.3)
SECOND_OPERATOR = "li-na"
MANAGER = "chen-lei"
SUPERVISOR = "sun-jing"
SUBSTITUTE = "qian-yu"
SPECIALIST = "liu-fang"
TECHNICIAN = "xu-bin"
DIRECTOR = "he-zhiyuan"
GENERAL_MANAGER = "zhou-guoqiang"
OPERATIONS = "luo-yang"
DEPARTMENTS = ("operations", "settlement")
