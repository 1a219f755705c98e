"""Given and family names of many cultures, for the demo practice.

One rule: every name is common; put together at random, they name nobody in particular.
A family name that differs for women is written `man's form|woman's form`.
"""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Culture:
    """Names that go together. `share` weighs it against the others; `language` may be empty."""

    share: int
    language: str
    men: tuple[str, ...]
    women: tuple[str, ...]
    families: tuple[str, ...]


def _culture(share: int, language: str, men: str, women: str, families: str) -> Culture:
    parts = (tuple(names.split(", ")) for names in (men, women, families))
    return Culture(share, language, *parts)


CULTURES: tuple[Culture, ...] = (
    _culture(
        380,
        "",
        "James, Robert, Michael, David, William, Joseph, Thomas, Daniel, Matthew, Anthony, Mark,"
        " Andrew, Joshua, Kevin, Brian, George, Edward, Ronald, Jason, Ryan, Jacob, Eric, Henry,"
        " Peter, Samuel, Walter, Ethan, Noah, Liam, Mason, Oliver, Theodore, Marcus, Jerome",
        "Mary, Patricia, Linda, Elizabeth, Barbara, Susan, Jessica, Sarah, Karen, Nancy, Margaret,"
        " Ashley, Emily, Donna, Michelle, Carol, Amanda, Rebecca, Laura, Helen, Anna, Ruth, Grace,"
        " Olivia, Emma, Ava, Charlotte, Hannah, Chloe, Naomi, Zoe, Latoya, Imani, Jasmine",
        "Smith, Johnson, Williams, Brown, Jones, Miller, Davis, Wilson, Anderson, Taylor, Moore,"
        " Jackson, Thompson, White, Harris, Clark, Lewis, Robinson, Walker, Young, Allen, King,"
        " Wright, Hill, Green, Baker, Nelson, Carter, Mitchell, Turner, Phillips, Campbell,"
        " Parker, Evans, Edwards, Collins, Stewart, Morris, Rogers, Reed, Cook, Bell, Ward, Brooks,"
        " Bennett, Hayes, Washington, Freeman, Fletcher, Pemberton, Smith-Jones, Van Dyke",
    ),
    _culture(
        190,
        "Spanish",
        "José, Luis, Juan, Carlos, Jesús, Miguel, Ángel, Jorge, Andrés, Raúl, Héctor, Iván, Mateo,"
        " Santiago, Diego, Alejandro, Ramón, Tomás",
        "María, Guadalupe, Ana, Sofía, Lucía, Elena, Rosa, Inés, Beatriz, Verónica, Mónica,"
        " Concepción, Valentina, Camila, Ximena, Itzel, Araceli, Belén",
        "García, Hernández, Martínez, López, González, Rodríguez, Pérez, Sánchez, Ramírez, Flores,"
        " Gómez, Díaz, Vázquez, Núñez, Peña, Ibáñez, Muñoz, de la Cruz, Castillo, Ríos, Ortega,"
        " García Márquez, Treviño, Zúñiga",
    ),
    _culture(
        80,
        "Vietnamese",
        "Văn An, Minh, Hùng, Đức, Quốc Bảo, Tuấn, Thành, Huy, Phước, Khánh",
        "Thị Hoa, Lan, Hương, Ngọc Ánh, Thảo, Phương, Mỹ Linh, Tuyết, Diễm, Bích",
        "Nguyễn, Trần, Lê, Phạm, Huỳnh, Hoàng, Phan, Vũ, Võ, Đặng, Bùi, Đỗ, Hồ, Ngô, Dương, Lý",
    ),
    _culture(
        45,
        "Chinese",
        "伟, 强, 磊, 军, 勇, 杰, 明, 建国, 志强, 浩然",
        "芳, 娜, 秀英, 敏, 静, 丽, 婷, 雪梅, 美玲, 欣怡",
        "王, 李, 张, 刘, 陈, 杨, 黄, 赵, 周, 吴, 欧阳, 司马, 林, 何",
    ),
    _culture(
        45,
        "",
        "Wei, Jun, Ming, Jian, Kevin, Jason, Hao, Tony",
        "Mei, Xiu, Lily, Hui, Jing, Grace, Yan, Amy",
        "Wong, Chan, Lee, Chen, Liu, Lam, Chang, Ng, Ho, Yu, O",
    ),
    _culture(
        50,
        "Tagalog",
        "Jun, Rodrigo, Ferdinand, Emilio, Benigno, Ramil, Nestor, Joselito",
        "Marites, Luzviminda, Corazon, Divina, Jocelyn, Rowena, Imelda, Perla",
        "Santos, Reyes, Cruz, Bautista, Ocampo, Dela Cruz, Aquino, Mendoza, Villanueva, Macaraeg",
    ),
    _culture(
        35,
        "",
        "Arjun, Rahul, Vikram, Sanjay, Amit, Harpreet, Suresh, Rohan",
        "Priya, Anjali, Deepa, Sunita, Kavita, Meera, Simran, Lakshmi",
        "Patel, Sharma, Singh, Gupta, Reddy, Iyer, Kaur, Nair, Chaudhary, Banerjee, Desai",
    ),
    _culture(
        15,
        "Hindi",
        "राहुल, अमित, संजय, विक्रम, अर्जुन",
        "प्रिया, सुनीता, अंजलि, कविता, लक्ष्मी",
        "शर्मा, पटेल, वर्मा, सिंह, गुप्ता, त्रिपाठी",
    ),
    _culture(
        25,
        "Korean",
        "민준, 서준, 지훈, 성민, 영수",
        "서연, 지우, 민지, 은영, 수진",
        "김, 이, 박, 최, 정, 강, 윤",
    ),
    _culture(
        20,
        "Japanese",
        "健, 大輔, 翔太, 拓也, ひろし",
        "さくら, 美咲, 陽子, 由美子, エミ",
        "佐藤, 鈴木, 高橋, 田中, 渡邉, 𠮷田",
    ),
    _culture(
        25,
        "Russian",
        "Алексей, Дмитрий, Сергей, Андрей, Фёдор",
        "Анна, Ольга, Наталья, Юлия, Ксения",
        "Иванов|Иванова, Петров|Петрова, Соловьёв|Соловьёва, Черных, Мельник",
    ),
    _culture(
        15,
        "Ukrainian",
        "Олександр, Андрій, Тарас, Євген",
        "Оксана, Марія, Ірина, Юлія",
        "Шевченко, Коваленко, Бондаренко, Кравчук, Лук'яненко",
    ),
    _culture(
        15,
        "Greek",
        "Γιώργος, Νίκος, Κωνσταντίνος, Δημήτρης",
        "Μαρία, Ελένη, Κατερίνα, Άννα",
        "Παπαδόπουλος|Παπαδοπούλου, Οικονόμου, Παππάς|Παππά, Βλαχογιάννης|Βλαχογιάννη",
    ),
    _culture(
        25,
        "Arabic",
        "محمد, أحمد, يوسف, علي, عمر",
        "فاطمة, مريم, عائشة, ليلى, نور",
        "الخطيب, حداد, منصور, النجار, العلي, خوري",
    ),
    _culture(
        15,
        "Hebrew",
        "דוד, יוסף, משה, אריה",
        "שרה, רחל, נועה, תמר",
        "כהן, לוי, מזרחי, פרץ, ביטון",
    ),
    _culture(
        20,
        "Farsi",
        "Reza, Ali, Dariush, Kaveh, Behrouz",
        "Shirin, Parisa, Nasrin, Laleh, Mahsa",
        "Ahmadi, Hosseini, Karimi, Rahimi, Tehrani, Golzari",
    ),
    _culture(
        30,
        "",
        "Seán, Pádraig, Ciarán, Conor, Eoin",
        "Máire, Siobhán, Niamh, Caoimhe, Aoife",
        "O'Brien, O’Sullivan, McCarthy, Ó Briain, Byrne, O'Connor, D'Arcy",
    ),
    _culture(
        50,
        "",
        "François, Jürgen, Søren, Björn, Łukasz, Jiří, László, Matthäus, Nuno, Anders",
        "Zoë, Renée, Åsa, Małgorzata, Božena, Éva, Käthe, Inês, Jørgine, Françoise",
        "Müller, Groß, Lefèvre, Sørensen, Åkerström, Kowalski|Kowalska, Novák|Nováková, Szabó,"
        " Gonçalves, Jónsdóttir, Çelik, Yılmaz, Țepeș, Łoś, Dvořák|Dvořáková, Crété, D'Angelo",
    ),
)
